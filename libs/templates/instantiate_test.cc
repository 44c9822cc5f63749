#include "libs/templates/instantiate.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/templates/template_library.h"
#include "libs/templates/templates_test_support.h"

namespace kpisuite {
namespace {

using ::testing::ElementsAre;

class InstantiateTest : public ::testing::Test {
 protected:
  // The template with its request and a workspace that has the metrics for it.
  void Use(const std::string& id) {
    source_ = *library_.Find(id);
    metrics_ = MetricsFor(source_);
    request_ = RequestFor(source_);
  }
  absl::StatusOr<v1::Definition> Run() {
    return Instantiate(source_, request_, WorkspaceWith(metrics_));
  }
  std::vector<std::string> Errors() {
    std::vector<std::string> texts;
    for (const FieldViolation& item : GetErrorDetails(Run().status()).violations) {
      texts.push_back(absl::StrCat(item.reason, " ", item.field, ": ", item.description));
    }
    return texts;
  }

  const TemplateLibrary library_ = TemplateLibrary::BuiltIn().value();
  v1::Template source_;
  v1::InstantiateTemplateRequest request_;
  std::vector<v1::Definition> metrics_;
};

TEST_F(InstantiateTest, BindsMetricsAndTheirCurrency) {
  Use("fin.revenue_per_fte");
  const absl::StatusOr<v1::Definition> made = Run();
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->name(), "workspaces/w/kpis/fin-revenue-per-fte");
  EXPECT_EQ(made->display_name(), "Revenue per FTE");
  EXPECT_EQ(made->description(), "Rev/avg(FTE). FTE, not heads");
  EXPECT_EQ(made->labels().at("template"), "fin.revenue_per_fte");
  EXPECT_EQ(made->kpi().unit(), "EUR");
  EXPECT_EQ(made->kpi().owner(), "ann@example.com");
  EXPECT_EQ(made->kpi().inputs().at("fte").metric(), "fte");
  EXPECT_EQ(made->kpi().inputs().at("fte").aggregation(), v1::AGGREGATION_TIME_WEIGHTED_AVG);
}

TEST_F(InstantiateTest, PutsParametersIntoFormulaAndFilter) {
  Use("iso.cm");
  (*request_.mutable_parameters())["usl"] = "10.50";
  (*request_.mutable_parameters())["lsl"] = "-2";
  EXPECT_EQ(Run()->kpi().formula(), "(10.5[kg] - -2[kg]) / (6 * s)");
  Use("sup.service_level");
  EXPECT_EQ(Run()->kpi().inputs().at("answered").where(), "value <= 20");
  Use("sup.fcr");
  (*request_.mutable_parameters())["conversionWindow"] = "36h";
  EXPECT_EQ(Run()->kpi().inputs().at("repeated").conversion_window().seconds(), 36 * 3600);
}

TEST_F(InstantiateTest, TellsEverythingThatIsWrongAtOnce) {
  Use("fin.gross_margin");
  metrics_.pop_back();
  const std::string gone = metrics_[0].name() == "workspaces/w/metrics/cogs" ? "revenue" : "cogs";
  request_.set_kpi_id("Margin");
  request_.clear_owner();
  (*request_.mutable_bindings())["revenu"] = "x";
  (*request_.mutable_parameters())["curency"] = "EUR";
  EXPECT_THAT(
      Errors(),
      ElementsAre("SYNTAX kpi_id: got \"Margin\", want at most 63 lower-case letters, digits and "
                  "inner '-'",
                  "REQUIRED owner: got nothing, want the address of who answers for it",
                  "UNKNOWN_REFERENCE parameters[\"curency\"]: got \"curency\", want a parameter of "
                  "fin.gross_margin, did you mean \"currency\"?",
                  absl::StrCat("UNKNOWN_REFERENCE bindings[\"", gone, "\"]: got \"", gone,
                               "\", want a metric of the workspace"),
                  "UNKNOWN_REFERENCE bindings[\"revenu\"]: got \"revenu\", want an alias of "
                  "fin.gross_margin, did you mean \"revenue\"?"));
  request_ = RequestFor(source_);
  metrics_ = MetricsFor(source_);
  request_.mutable_bindings()->erase("cogs");
  EXPECT_THAT(Errors(), ElementsAre("REQUIRED bindings[\"cogs\"]: got nothing, want a metric: cost "
                                    "of goods sold (cur)"));
}

TEST_F(InstantiateTest, UnitsMustFitTogether) {
  Use("fin.gross_margin");
  (*request_.mutable_parameters())["currency"] = "USD";
  EXPECT_EQ(Errors().size(), 2u);
  (*request_.mutable_parameters())["currency"] = "kg";
  EXPECT_EQ(Errors()[0],
            "CURRENCY parameters[\"currency\"]: got \"kg\", want money: an ISO 4217 code such as "
            "EUR");
  Use("sup.ttr");
  metrics_[0].mutable_metric()->set_unit("min");
  EXPECT_THAT(Errors(), ElementsAre("UNIT_MISMATCH bindings[\"resolution\"]: metric resolution: "
                                    "got \"min\", want the unit h"));
}

TEST_F(InstantiateTest, RefusesBadParameters) {
  Use("it.slo_budget");
  (*request_.mutable_parameters())["slo"] = "high";
  EXPECT_EQ(Errors().size(), 1u);
  (*request_.mutable_parameters())["slo"] = "99.5%";
  EXPECT_EQ(Run()->kpi().formula(), "1 - bad / ((1 - 0.995) * total)");
  Use("iso.cp");
  request_.clear_parameters();
  EXPECT_THAT(Errors(),
              ElementsAre("REQUIRED parameters[\"lsl\"]: got nothing, want lower specification "
                          "limit",
                          "REQUIRED parameters[\"usl\"]: got nothing, want upper specification "
                          "limit"));
  Use("sup.fcr");
  (*request_.mutable_parameters())["conversionWindow"] = "0s";
  EXPECT_EQ(Errors().size(), 1u);
  Use("sup.ttr");
  (*request_.mutable_parameters())["conversionWindow"] = "7d";
  EXPECT_EQ(Errors().size(), 1u);
}

TEST_F(InstantiateTest, TakesTheGuardrailsThatTheWorkspaceHas) {
  Use("fin.gross_margin");
  TemplateWorkspace workspace = WorkspaceWith(metrics_);
  workspace.kpis_of = [](const std::string& id) {
    return id == "fin.revenue_growth" ? std::vector<std::string>{"growth"}
                                      : std::vector<std::string>();
  };
  EXPECT_THAT(Instantiate(source_, request_, workspace)->kpi().guardrails(), ElementsAre("growth"));
}

}  // namespace
}  // namespace kpisuite
