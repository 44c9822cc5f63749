#include <gmock/gmock.h>

#include "services/definition/definition_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using GetDefinition = ServiceFixture;
using BatchGetDefinitions = ServiceFixture;
using ListRevisions = ServiceFixture;

class ListDefinitions : public ServiceFixture {
 protected:
  ListDefinitions() {
    std::vector<v1::Definition> set = SmallWorld();
    set.push_back(MakeDefinition("objectives/punctual", "objective { owner: 'ann@example.com' }"));
    set.push_back(Kpi("count", MetricInputText("x", "delay", "COUNT") +
                                   "unit: 'count' objective: 'punctual' owner: 'ann@example.com' "
                                   "perspective: PERSPECTIVE_OPERATIONAL"));
    (*set.back().mutable_labels())["team"] = "ops \"x\"";
    EXPECT_TRUE(Apply(set).ok());
  }

  // Ids on all pages; the sizes of the pages in `sizes`.
  std::vector<std::string> List(v1::ListDefinitionsRequest request,
                                std::vector<int>* sizes = nullptr) {
    std::vector<std::string> ids;
    do {
      const auto page = service_->List(request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) return ids;
      for (const v1::Definition& definition : page->definitions()) {
        ids.push_back(definition.name().substr(sizeof("workspaces/w/") - 1));
      }
      if (sizes != nullptr) sizes->push_back(page->definitions_size());
      request.set_page_token(page->next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  v1::ListDefinitionsRequest Request(const std::string& filter = "") {
    v1::ListDefinitionsRequest request;
    request.set_parent("workspaces/w");
    request.set_filter(filter);
    return request;
  }

  absl::Status ErrorOf(const v1::ListDefinitionsRequest& request) {
    return service_->List(request).status();
  }
};

TEST_F(GetDefinition, ReadsAnyRevision) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  v1::Definition changed = SmallWorld()[1];
  changed.set_description("second");
  ASSERT_TRUE(Apply({changed}).ok());
  v1::GetDefinitionRequest request;
  request.set_name("workspaces/w/kpis/late");
  EXPECT_EQ(service_->Get(request)->revision(), 2);
  request.set_revision(1);
  EXPECT_EQ(service_->Get(request)->description(), "");
  request.set_revision(3);
  EXPECT_EQ(service_->Get(request).status().code(), absl::StatusCode::kNotFound);
  request.set_revision(-1);
  EXPECT_EQ(service_->Get(request).status().code(), absl::StatusCode::kInvalidArgument);
  request.set_name("late");
  EXPECT_EQ(service_->Get(request).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(BatchGetDefinitions, ListsWhatIsMissing) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  v1::BatchGetDefinitionsRequest request;
  request.set_parent("workspaces/w");
  request.add_names("workspaces/w/kpis/none");
  request.add_names("workspaces/w/kpis/late");
  const auto response = service_->BatchGet(request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->definitions_size(), 1);
  EXPECT_THAT(response->missing_names(), ElementsAre("workspaces/w/kpis/none"));
  EXPECT_EQ(response->position(), 2);
  request.add_names("workspaces/other/kpis/late");
  EXPECT_THAT(Codes(GetErrorDetails(service_->BatchGet(request).status()).violations),
              ElementsAre("names[2] OUT_OF_RANGE"));
}

TEST_F(ListDefinitions, GivesPagesInTheOrderOfNames) {
  v1::ListDefinitionsRequest request = Request();
  request.set_page_size(3);
  std::vector<int> sizes;
  EXPECT_THAT(List(request, &sizes),
              ElementsAre("kpis/count", "kpis/late", "metrics/delay", "objectives/punctual"));
  EXPECT_THAT(sizes, ElementsAre(3, 1));
  request.set_page_size(4);
  EXPECT_THAT(service_->List(request)->next_page_token(), IsEmpty());
}

TEST_F(ListDefinitions, Filters) {
  EXPECT_THAT(List(Request("objective = punctual")), ElementsAre("kpis/count"));
  EXPECT_THAT(List(Request("owner = ann@example.com")),
              ElementsAre("kpis/count", "objectives/punctual"));
  EXPECT_THAT(List(Request("perspective = OPERATIONAL")), ElementsAre("kpis/count"));
  EXPECT_THAT(List(Request("metric = delay")), ElementsAre("kpis/count", "kpis/late"));
  EXPECT_THAT(List(Request("labels.team = \"ops \\\"x\\\"\"")), ElementsAre("kpis/count"));
  EXPECT_THAT(List(Request("name : lat AND metric != other")), ElementsAre("kpis/late"));
  v1::ListDefinitionsRequest request = Request();
  request.set_collection("metrics");
  EXPECT_THAT(List(request), ElementsAre("metrics/delay"));
}

TEST_F(ListDefinitions, SeesAllWorkspacesWhenAsked) {
  v1::ListDefinitionsRequest request = Request();
  request.set_parent("workspaces/-");
  EXPECT_EQ(List(request).size(), 4u);
  request.set_parent("workspaces/x");
  EXPECT_THAT(List(request), IsEmpty());
}

TEST_F(ListDefinitions, RefusesWhatItCannotRead) {
  EXPECT_EQ(GetErrorDetails(ErrorOf(Request("owner ~ x"))).violations[0].column, 7);
  EXPECT_EQ(GetErrorDetails(ErrorOf(Request("colour = red"))).violations[0].reason,
            "UNDECLARED_IDENTIFIER");
  v1::ListDefinitionsRequest request = Request();
  request.set_collection("kpi");
  EXPECT_EQ(GetErrorDetails(ErrorOf(request)).violations[0].field, "collection");
  request = Request();
  request.set_page_size(-1);
  EXPECT_EQ(GetErrorDetails(ErrorOf(request)).violations[0].field, "page_size");
  request = Request();
  request.set_page_size(1);
  request.set_page_token(service_->List(request)->next_page_token());
  request.set_filter("owner = x");
  EXPECT_EQ(GetErrorDetails(ErrorOf(request)).reason, "PAGE_TOKEN_INVALID");
}

TEST_F(ListRevisions, GoesBackPageByPage) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  for (const char* text : {"b", "c", "d"}) {
    v1::Definition changed = SmallWorld()[1];
    changed.set_description(text);
    ASSERT_TRUE(Apply({changed}).ok());
  }
  v1::ListRevisionsRequest request;
  request.set_name("workspaces/w/kpis/late");
  request.set_page_size(3);
  auto page = service_->ListRevisions(request);
  ASSERT_TRUE(page.ok());
  ASSERT_EQ(page->revisions_size(), 3);
  EXPECT_EQ(page->revisions(0).description(), "d");
  request.set_page_token(page->next_page_token());
  page = service_->ListRevisions(request);
  ASSERT_EQ(page->revisions_size(), 1);
  EXPECT_EQ(page->revisions(0).revision(), 1);
  EXPECT_EQ(page->next_page_token(), "");
  request = v1::ListRevisionsRequest();
  request.set_name("workspaces/w/kpis/none");
  EXPECT_EQ(service_->ListRevisions(request).status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace kpisuite
