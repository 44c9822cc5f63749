#include <gmock/gmock.h>

#include "services/definition/definition_test_support.h"

namespace kpisuite {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

class ListTemplates : public ServiceFixture {
 protected:
  std::vector<std::string> List(const std::string& filter, int page_size = 0) {
    v1::ListTemplatesRequest request;
    request.set_filter(filter);
    request.set_page_size(page_size);
    std::vector<std::string> ids;
    do {
      const auto page = service_->ListTemplates(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return ids;
      for (const v1::Template& made : page->templates()) ids.push_back(made.id());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }
};

class InstantiateTemplate : public ServiceFixture {
 protected:
  InstantiateTemplate() {
    EXPECT_TRUE(Apply({Metric("revenue", "unit: 'EUR'"), Metric("cogs", "unit: 'EUR'")}).ok());
    request_.set_parent("workspaces/w");
    request_.set_template_id("fin.gross_margin");
    request_.set_owner("cfo@example.com");
    (*request_.mutable_bindings())["revenue"] = "revenue";
    (*request_.mutable_bindings())["cogs"] = "cogs";
  }

  v1::InstantiateTemplateRequest request_;
};

TEST_F(ListTemplates, FiltersAndPages) {
  EXPECT_THAT(List("category = education"), ElementsAre("edu.completion", "edu.dropout"));
  EXPECT_THAT(List("id : dora."), ElementsAre("dora.cfr", "dora.deploy_freq", "dora.lead_time",
                                              "dora.mttr", "dora.rework"));
  EXPECT_THAT(List("direction = NEUTRAL AND unit = \"%\""), ElementsAre("mkt.cac_share"));
  EXPECT_THAT(List("perspective = PEOPLE"), IsSupersetOf({"hr.turnover", "saf.trir"}));
  EXPECT_EQ(List("", 7), List(""));
  EXPECT_GT(List("").size(), 200u);
}

TEST_F(ListTemplates, RefusesWhatItCannotRead) {
  v1::ListTemplatesRequest request;
  request.set_filter("owner = x");
  EXPECT_EQ(service_->ListTemplates(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.set_filter("");
  request.set_page_size(-1);
  EXPECT_EQ(service_->ListTemplates(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.set_page_size(0);
  request.set_page_token("x");
  EXPECT_EQ(GetErrorDetails(service_->ListTemplates(request).status()).reason,
            "PAGE_TOKEN_INVALID");
}

TEST_F(InstantiateTemplate, MakesAKpiThatCanBeApplied) {
  const auto made = service_->InstantiateTemplate(request_);
  ASSERT_TRUE(made.ok()) << made.status();
  ASSERT_EQ(made->definitions_size(), 1);
  EXPECT_EQ(Get("kpis/fin-gross-margin").name(), "");
  const auto applied = Apply({made->definitions(0)});
  ASSERT_TRUE(applied.ok()) << applied.status();
  EXPECT_EQ(Get("kpis/fin-gross-margin").labels().at("template"), "fin.gross_margin");
}

TEST_F(InstantiateTemplate, NamesWhatDoesNotExist) {
  (*request_.mutable_bindings())["cogs"] = "costs";
  const absl::Status status = service_->InstantiateTemplate(request_).status();
  ASSERT_EQ(GetErrorDetails(status).violations.size(), 1u);
  EXPECT_EQ(GetErrorDetails(status).violations[0].field, "bindings[\"cogs\"]");
  request_.set_template_id("fin.margin");
  EXPECT_EQ(service_->InstantiateTemplate(request_).status().code(), absl::StatusCode::kNotFound);
  request_.set_parent("w");
  EXPECT_EQ(service_->InstantiateTemplate(request_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(InstantiateTemplate, LeavesItsGuardrailsAsWarnings) {
  const auto made = service_->InstantiateTemplate(request_);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto first = Apply({made->definitions(0)});
  ASSERT_TRUE(first.ok()) << first.status();
  std::vector<std::string> codes;
  for (const v1::Violation& item : first->warnings()) {
    codes.push_back(absl::StrCat(item.code(), " ", item.description()));
  }
  EXPECT_THAT(codes,
              Contains(AllOf(HasSubstr("NO_GUARDRAIL_PAIR"), HasSubstr("fin.revenue_growth"))));
}

}  // namespace
}  // namespace kpisuite
