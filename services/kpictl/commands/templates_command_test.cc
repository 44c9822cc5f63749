#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "services/kpictl/commands/fake_services_for_test.h"

namespace kpisuite {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class TemplatesCommandTest : public ::testing::Test {
 protected:
  TemplatesCommandTest() {
    for (const char* id : {"fin.gross_margin", "ops.throughput"}) {
      v1::Template& made = suite_.definition.templates.emplace_back();
      made.set_id(id);
      made.set_display_name("Name of " + made.id());
      made.set_category("financial");
      made.set_written_formula("(Rev - COGS)/Rev");
      made.set_note("ratio of sums");
      made.add_guardrails("fin.revenue_growth");
      (*made.mutable_metrics())["revenue"].set_means("net revenue");
      (*made.mutable_metrics())["revenue"].set_unit("cur");
      (*made.mutable_parameters())["limit"].set_means("upper limit");
      v1::Kpi& kpi = *made.mutable_definition()->mutable_kpi();
      kpi.set_unit("%");
      kpi.set_direction(v1::DIRECTION_HIGHER);
      kpi.add_windows("MONTH");
    }
    v1::Definition& kpi = *suite_.definition.instantiated.add_definitions();
    kpi.set_name("workspaces/default/kpis/margin");
    kpi.mutable_kpi()->set_owner("cfo@example.com");
  }

  FakeSuite suite_;
};

TEST_F(TemplatesCommandTest, ListReadsEveryPage) {
  const RunResult result = suite_.Run({"templates", "list", "--filter", "category = financial"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "ID                NAME                      UNIT  DIRECTION  FORMULA\n"
            "fin.gross_margin  Name of fin.gross_margin  %     HIGHER     (Rev - COGS)/Rev\n"
            "ops.throughput    Name of ops.throughput    %     HIGHER     (Rev - COGS)/Rev\n");
  EXPECT_EQ(suite_.definition.templates_listed.back().filter(), "category = financial");
}

TEST_F(TemplatesCommandTest, DescribeShowsWhatItNeeds) {
  const RunResult result = suite_.Run({"templates", "describe", "fin.gross_margin"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("Name of fin.gross_margin (fin.gross_margin, financial)\n\n"
                                     "Formula     (Rev - COGS)/Rev\nNote        ratio of sums\n"
                                     "Guardrails  fin.revenue_growth\n"));
  EXPECT_THAT(result.out, HasSubstr("revenue  cur   net revenue\n"));
  EXPECT_THAT(result.out,
              HasSubstr("kpictl templates instantiate fin.gross_margin --owner ADDRESS --bind "
                        "revenue=METRIC --parameter limit=NUMBER\n"));
  EXPECT_EQ(suite_.definition.templates_listed.back().filter(), "id = \"fin.gross_margin\"");
  suite_.definition.templates.clear();
  EXPECT_EQ(suite_.Run({"templates", "describe", "fin.none"}).code, 3);
}

TEST_F(TemplatesCommandTest, InstantiatePrintsWhatApplyReads) {
  const RunResult result = suite_.Run(
      {"templates", "instantiate", "fin.gross_margin", "--bind", "revenue=net-revenue", "--bind",
       "cogs=cost", "--owner", "cfo@example.com", "--parameter", "currency=EUR", "--id", "margin"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "---\napiVersion: kpisuite/v1\nkind: Kpi\nmetadata:\n  name: margin\nspec:\n"
            "  owner: cfo@example.com\n");
  const v1::InstantiateTemplateRequest& asked = suite_.definition.asked_for;
  EXPECT_EQ(asked.parent(), "workspaces/default");
  EXPECT_EQ(asked.kpi_id(), "margin");
  EXPECT_EQ(asked.bindings().at("revenue"), "net-revenue");
  EXPECT_EQ(asked.bindings().size(), 2u);
  EXPECT_EQ(asked.parameters().at("currency"), "EUR");
  EXPECT_EQ(suite_.Run({"apply", "-f", "-"}, result.out).code, 0);
}

TEST_F(TemplatesCommandTest, RefusesABadCommandLine) {
  EXPECT_EQ(suite_.Run({"templates"}).code, 2);
  EXPECT_EQ(suite_.Run({"templates", "instantiate", "x"}).code, 2);
  const RunResult pair =
      suite_.Run({"templates", "instantiate", "x", "--owner", "a", "--bind", "revenue"});
  EXPECT_EQ(pair.code, 2);
  EXPECT_THAT(pair.err, HasSubstr("--bind: got \"revenue\", want NAME=VALUE"));
  const RunResult twice = suite_.Run(
      {"templates", "instantiate", "x", "--owner", "a", "--bind", "r=1", "--bind", "r=2"});
  EXPECT_EQ(twice.code, 2);
  const RunResult flag = suite_.Run({"templates", "list", "--filtre", "x"});
  EXPECT_THAT(flag.err, HasSubstr("unknown flag --filtre, did you mean \"--filter\"?"));
  EXPECT_THAT(flag.err, HasSubstr("'kpictl templates list --help'"));
}

TEST_F(TemplatesCommandTest, CompletionKnowsTheSubcommands) {
  EXPECT_THAT(suite_.Run({"completion", "bash"}).out,
              HasSubstr("plain=\"list describe instantiate\""));
  EXPECT_THAT(suite_.Run({"completion", "fish"}).out,
              HasSubstr("'__fish_seen_subcommand_from templates' -f -a 'list describe "
                        "instantiate'"));
}

}  // namespace
}  // namespace kpisuite
