#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "libs/base/error.h"
#include "libs/rpc/status_mapping.h"
#include "services/kpictl/commands/fake_services_for_test.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kMetric[] =
    "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: delay}\n"
    "spec: {unit: min, scale: 0}\n";

v1::Definition Stored(const std::string& collection, const std::string& id) {
  v1::Definition definition;
  definition.set_name("workspaces/default/" + collection + "/" + id);
  definition.set_revision(3);
  definition.set_etag("e3");
  definition.set_updater("anna");
  definition.mutable_update_time()->set_seconds(1'000'000'000);
  definition.mutable_update_time()->set_nanos(5);
  if (collection == "metrics") definition.mutable_metric()->set_unit("min");
  if (collection == "kpis") definition.mutable_kpi()->set_owner("ops@example.com");
  return definition;
}

class DefinitionCommandsTest : public testing::Test {
 protected:
  DefinitionCommandsTest() {
    for (const auto& [collection, id] :
         {std::pair("metrics", "delay"), std::pair("kpis", "otp"), std::pair("kpis", "p90")}) {
      const v1::Definition definition = Stored(collection, id);
      suite_.definition.definitions[definition.name()] = definition;
    }
  }

  v1::DefinitionChange& AddChange(const std::string& name, v1::ChangeKind kind) {
    v1::DefinitionChange& change = *suite_.definition.apply_response.add_changes();
    change.set_name("workspaces/default/" + name);
    change.set_kind(kind);
    return change;
  }

  FakeSuite suite_;
  const TemporaryFile metric_{"metric.yaml", kMetric};
};

TEST_F(DefinitionCommandsTest, ApplyValidatesThenApplies) {
  AddChange("metrics/delay", v1::CHANGE_KIND_CREATED).mutable_definition()->set_revision(1);
  const RunResult result =
      suite_.Run({"apply", "-f", metric_.path(), "--reason", "first", "--workspace", "default"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "KIND    NAME   CHANGE   REVISION\n"
            "Metric  delay  CREATED         1\n");
  EXPECT_EQ(result.err, "+ metrics/delay\nchanged 1 of 1 definitions\n");
  ASSERT_EQ(suite_.definition.applied.size(), 2u);
  EXPECT_TRUE(suite_.definition.applied[0].validate_only());
  EXPECT_FALSE(suite_.definition.applied[1].validate_only());
  EXPECT_EQ(suite_.definition.applied[1].reason(), "first");
  EXPECT_EQ(suite_.definition.applied[1].definitions(0).metric().unit(), "min");
}

TEST_F(DefinitionCommandsTest, ApplyReadsStdin) {
  EXPECT_EQ(suite_.Run({"apply", "-f", "-"}, kMetric).code, 0);
  EXPECT_EQ(suite_.definition.applied.size(), 2u);
}

TEST_F(DefinitionCommandsTest, ADryRunAppliesNothing) {
  EXPECT_EQ(suite_.Run({"apply", "-f", metric_.path(), "--dry-run"}).code, 0);
  ASSERT_EQ(suite_.definition.applied.size(), 1u);
  EXPECT_TRUE(suite_.definition.applied[0].validate_only());
}

TEST_F(DefinitionCommandsTest, FileErrorsAreReportedTogetherAndNothingIsSent) {
  const TemporaryFile bad("bad.yaml",
                          "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: a}\n"
                          "spec: {unti: min, scale: x}\n");
  const RunResult result = suite_.Run({"apply", "-f", bad.path()});
  EXPECT_EQ(result.code, 6);
  EXPECT_THAT(result.err, HasSubstr(bad.path() + ":4:8: spec.unti: unknown field, did you mean"));
  EXPECT_THAT(result.err, HasSubstr(bad.path() + ":4:26: spec.scale: got \"x\""));
  EXPECT_THAT(result.err, HasSubstr("2 errors in the files; nothing was sent"));
  EXPECT_TRUE(suite_.definition.applied.empty());
}

TEST_F(DefinitionCommandsTest, ViolationsOfTheServerAreShownInTheFile) {
  v1::Violation& violation = *suite_.definition.apply_response.add_violations();
  violation.set_field("definitions[0].metric.unit");
  violation.set_description("got \"min\", want another");
  violation.set_code("UNIT_MISMATCH");
  violation.set_line(1);
  violation.set_column(2);
  v1::Violation& warning = *suite_.definition.apply_response.add_warnings();
  warning.set_field("definitions[0]");
  warning.set_description("has no source");
  const RunResult result = suite_.Run({"apply", "-f", metric_.path()});
  EXPECT_EQ(result.code, 6);
  EXPECT_THAT(result.err,
              HasSubstr(metric_.path() + ":4:15: definitions[0].metric.unit: got \"min\", want "
                                         "another [UNIT_MISMATCH]\n"));
  EXPECT_THAT(result.err,
              HasSubstr(metric_.path() + ":1:1: warning: definitions[0]: has no source\n"));
  EXPECT_EQ(suite_.definition.applied.size(), 1u);
}

TEST_F(DefinitionCommandsTest, PruningAsksFirst) {
  AddChange("metrics/old", v1::CHANGE_KIND_DELETED);
  const std::vector<std::string> prune = {"apply",   "-f",          metric_.path(),
                                          "--prune", "--owned-set", "ops"};
  const RunResult refused = suite_.Run(prune);
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, StartsWith("- metrics/old\n"));
  EXPECT_EQ(suite_.definition.applied.size(), 1u);
  std::vector<std::string> agreed = prune;
  agreed.push_back("--yes");
  EXPECT_EQ(suite_.Run(agreed).code, 0);
  EXPECT_TRUE(suite_.definition.applied.back().prune());
  EXPECT_EQ(suite_.definition.applied.back().owned_set(), "ops");
  EXPECT_EQ(suite_.Run({"apply", "-f", metric_.path(), "--prune"}).code, 2);
}

TEST_F(DefinitionCommandsTest, UnavailableIsTriedAgainWithTheSameRequestId) {
  suite_.definition.failures = {grpc::Status::OK, {grpc::StatusCode::UNAVAILABLE, "restarting"}};
  suite_.definition.failures.pop_front();
  EXPECT_EQ(suite_.Run({"apply", "-f", metric_.path()}).code, 0);
  ASSERT_EQ(suite_.definition.applied.size(), 3u);
  suite_.definition.applied.clear();
  suite_.definition.failures.assign(10, {grpc::StatusCode::UNAVAILABLE, "down"});
  EXPECT_EQ(suite_.Run({"apply", "-f", metric_.path()}).code, 7);
}

TEST_F(DefinitionCommandsTest, AServiceThatIsNotReadyIsWaitedForAsLongAsAllowed) {
  const grpc::Status not_ready = ToGrpcStatus(
      MakeError(absl::StatusCode::kUnavailable, "NOT_READY", "nobody evaluates it yet"));
  suite_.definition.failures.assign(5, not_ready);
  EXPECT_EQ(suite_.Run({"apply", "-f", metric_.path()}).code, 0);
  EXPECT_TRUE(suite_.definition.failures.empty());
  suite_.definition.failures.assign(100, not_ready);
  EXPECT_EQ(suite_.Run({"apply", "-f", metric_.path(), "--timeout", "1s"}).code, 7);
}

TEST_F(DefinitionCommandsTest, AConflictIsExitCodeFive) {
  suite_.definition.failures = {ToGrpcStatus(
      MakeError(absl::StatusCode::kAborted, "ETAG_MISMATCH", "the etag is not the current one"))};
  EXPECT_EQ(suite_.Run({"apply", "-f", metric_.path()}).code, 5);
}

TEST_F(DefinitionCommandsTest, DiffTellsByItsExitCode) {
  EXPECT_EQ(suite_.Run({"diff", "-f", metric_.path()}).code, 0);
  v1::DefinitionChange& change = AddChange("metrics/delay", v1::CHANGE_KIND_UPDATED);
  v1::FieldDifference& difference = *change.add_differences();
  difference.set_field("metric.unit");
  difference.set_before("s");
  difference.set_after("min");
  const RunResult differs = suite_.Run({"diff", "-f", metric_.path()});
  EXPECT_EQ(differs.code, 1);
  EXPECT_EQ(differs.out, "~ metrics/delay\n    metric.unit: s -> min\n");
  EXPECT_GT(suite_.Run({"diff", "-f", "/nonexistent.yaml"}).code, 1);
  EXPECT_GT(suite_.Run({"diff"}).code, 1);
}

TEST_F(DefinitionCommandsTest, CheckNeedsNoServerWhenOffline) {
  EXPECT_EQ(suite_.Run({"check", "-f", metric_.path()}).code, 0);
  suite_.Stop();
  EXPECT_EQ(suite_.Run({"check", "-f", metric_.path(), "--offline"}).code, 0);
}

TEST_F(DefinitionCommandsTest, ListReadsEveryPage) {
  EXPECT_EQ(suite_.Run({"list", "kpis"}).out,
            "NAME  DISPLAY NAME  OWNER            REVISION  UPDATED\n"
            "otp                 ops@example.com         3  2001-09-09T01:46:40Z\n"
            "p90                 ops@example.com         3  2001-09-09T01:46:40Z\n");
  const RunResult all = suite_.Run({"list", "-o", "csv", "--filter", "owner = x"});
  EXPECT_THAT(all.out, HasSubstr("Metric,delay,,,3,2001-09-09T01:46:40.000000005Z,anna,"));
  EXPECT_EQ(suite_.definition.listed.back().filter(), "owner = x");
}

TEST_F(DefinitionCommandsTest, GetYamlCanBeAppliedAgain) {
  const RunResult result = suite_.Run({"get", "kpi", "otp", "-o", "yaml"});
  EXPECT_EQ(result.out,
            "---\n# workspaces/default/kpis/otp, revision 3 of 2001-09-09T01:46:40.000000005Z by "
            "anna\napiVersion: kpisuite/v1\nkind: Kpi\nmetadata:\n  name: otp\nspec:\n"
            "  owner: ops@example.com\n");
  EXPECT_EQ(suite_.Run({"apply", "-f", "-"}, result.out).code, 0);
}

TEST_F(DefinitionCommandsTest, GetNamesWhatIsMissing) {
  const RunResult one = suite_.Run({"get", "kpis/nope"});
  EXPECT_EQ(one.code, 3);
  EXPECT_EQ(one.out, "");
  const RunResult some = suite_.Run({"get", "kpi", "otp", "nope", "-o", "jsonl"});
  EXPECT_EQ(some.code, 3);
  EXPECT_THAT(some.out, StartsWith("{\"name\":\"workspaces/default/kpis/otp\""));
  EXPECT_THAT(some.err, HasSubstr("not found: workspaces/default/kpis/nope"));
  EXPECT_EQ(suite_.Run({"get", "gadgets"}).code, 2);
}

TEST_F(DefinitionCommandsTest, DescribeShowsRevisions) {
  const RunResult result = suite_.Run({"describe", "k/otp"});
  EXPECT_THAT(result.out, HasSubstr("kind: Kpi\n"));
  EXPECT_THAT(result.out, HasSubstr("       3  2001-09-09T01:46:40Z  anna\n"));
  EXPECT_EQ(suite_.Run({"describe", "kpi", "otp", "p90"}).code, 2);
}

TEST_F(DefinitionCommandsTest, DeleteTakesAnEtag) {
  EXPECT_EQ(suite_.Run({"delete", "kpi", "otp", "--etag", "old"}).code, 5);
  EXPECT_EQ(suite_.Run({"delete", "kpi", "otp", "--dry-run"}).code, 0);
  EXPECT_EQ(suite_.Run({"delete", "kpi", "otp", "--etag", "e3", "--reason", "done"}).code, 0);
  EXPECT_EQ(suite_.definition.deleted.back().reason(), "done");
  EXPECT_EQ(suite_.Run({"delete", "kpi", "otp"}).code, 3);
  EXPECT_EQ(suite_.Run({"delete", "kpi"}).code, 2);
}

}  // namespace
}  // namespace kpisuite
