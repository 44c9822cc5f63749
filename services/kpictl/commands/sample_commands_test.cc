#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "services/kpictl/commands/fake_services_for_test.h"

namespace kpisuite {
namespace {

using testing::HasSubstr;

v1::Definition Metric(const std::string& id, v1::SampleIdentity identity) {
  v1::Definition definition;
  definition.set_name("workspaces/default/metrics/" + id);
  definition.mutable_metric()->set_scale(1);
  definition.mutable_metric()->set_identity(identity);
  definition.mutable_metric()->add_dimensions("origin");
  return definition;
}

class SampleCommandsTest : public testing::Test {
 protected:
  SampleCommandsTest() {
    for (const v1::Definition& metric :
         {Metric("delay", v1::SAMPLE_IDENTITY_EVENT), Metric("level", v1::SAMPLE_IDENTITY_TIME)}) {
      suite_.definition.definitions[metric.name()] = metric;
    }
  }

  static std::string Csv(int rows) {
    std::string csv = "time,origin,delay\n";
    for (int i = 0; i < rows; ++i) {
      absl::StrAppend(&csv, "2001-01-0", i % 9 + 1, "T00:00Z,A", i % 3, ",", i, "\n");
    }
    return csv;
  }

  RunResult Import(const std::string& csv, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments = {"import", "--metric",      "delay", "--value-column",
                                          "delay",  "--time-column", "time",  "--dimension",
                                          "origin", "--batch-size",  "100",   "--timeout=5s",
                                          "-"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return suite_.Run(arguments, csv);
  }

  FakeSuite suite_;
};

TEST_F(SampleCommandsTest, WriteSendsOneSample) {
  const RunResult result = suite_.Run({"write", "delay", "12.5", "--time", "2001-01-01T00:00:00Z",
                                       "--dimension", "origin=ORD", "--id", "f1"});
  EXPECT_EQ(result.code, 0) << result.err;
  ASSERT_EQ(suite_.measurement.written.size(), 1u);
  const v1::SeriesBlock& block = suite_.measurement.written[0].series(0);
  EXPECT_EQ(block.decimals(0), "12.5");
  EXPECT_EQ(block.sample_ids(0), "f1");
  EXPECT_EQ(block.dimensions().at("origin"), "ORD");
  EXPECT_EQ(block.time_unix_nano(0), 978307200'000000000);
}

TEST_F(SampleCommandsTest, ProbeFindsItsSampleInTheState) {
  v1::KpiState state;
  state.set_kpi("workspaces/w/kpis/kpictl-probe");
  state.set_value("1000000000000");  // the clock of the fakes, in ms
  suite_.evaluation.states = {state};
  const RunResult result = suite_.Run({"probe", "--workspace", "w"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("in the state after"));
  EXPECT_EQ(suite_.definition.applied.at(0).definitions(1).name(),
            "workspaces/w/kpis/kpictl-probe");
  EXPECT_EQ(suite_.measurement.written.at(0).series(0).decimals(0), "1000000000000");
  const auto& written = suite_.measurement.requests;
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(suite_.evaluation.listed.at(1).at_least(), written.begin()->second.position_token());
}

TEST_F(SampleCommandsTest, ProbeFailsWhileTheStateIsOlderThanItsSample) {
  for (const char* value : {"999999999999", ""}) {
    v1::KpiState state;
    state.set_kpi("workspaces/w/kpis/kpictl-probe");
    state.set_value(value);
    suite_.evaluation.states = {state};
    const RunResult result = suite_.Run({"probe", "--workspace", "w"});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("after the write of 1000000000000"));
  }
}

TEST_F(SampleCommandsTest, WriteTakesNegativeValuesAndNow) {
  EXPECT_EQ(suite_.Run({"write", "level", "--", "-3"}).code, 0);
  const v1::SeriesBlock& block = suite_.measurement.written.at(0).series(0);
  EXPECT_EQ(block.decimals(0), "-3");
  EXPECT_EQ(block.sample_ids_size(), 0) << "identity TIME has no ids";
  EXPECT_EQ(block.time_unix_nano(0), 1'000'000'000'000000000);
}

TEST_F(SampleCommandsTest, WriteReadsLinesOfJson) {
  const RunResult result =
      suite_.Run({"write", "--stdin"},
                 R"({"metric":"delay","value":1.50,"id":"a","dimensions":{"origin":"X"}})"
                 "\n"
                 R"({"metric":"level","value":2,"time":"2001-01-01T00:00:00Z"})"
                 "\n");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(suite_.measurement.written.at(0).series_size(), 2);
  EXPECT_EQ(suite_.measurement.written[0].series(0).decimals(0), "1.50");
}

TEST_F(SampleCommandsTest, WriteRefusesWrongInput) {
  EXPECT_EQ(suite_.Run({"write"}).code, 2);
  EXPECT_EQ(suite_.Run({"write", "delay", "1", "--time", "yesterday"}).code, 2);
  EXPECT_EQ(suite_.Run({"write", "delay", "1", "--dimension", "origin"}).code, 2);
  const RunResult twice =
      suite_.Run({"write", "delay", "1", "--dimension", "origin=ORD", "--dimension", "origin=SFO"});
  EXPECT_EQ(twice.code, 2);
  EXPECT_THAT(twice.err, HasSubstr("--dimension: got \"origin\" twice"));
  EXPECT_EQ(suite_.Run({"write", "nope", "1"}).code, 3);
  EXPECT_EQ(suite_.Run({"write", "--stdin"}, "{\"metric\":\"delay\"}\n").code, 6);
  const RunResult unknown =
      suite_.Run({"write", "--stdin"}, "{\"metric\":\"delay\",\"value\":1,\"x\":1}\n");
  EXPECT_THAT(unknown.err, HasSubstr("stdin:1: unknown field \"x\""));
  EXPECT_TRUE(suite_.measurement.written.empty());
}

TEST_F(SampleCommandsTest, ImportWritesEveryRowAndAdvancesTheWatermark) {
  const RunResult result = Import(Csv(950));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "ROWS  SKIPPED  INSERTED  CORRECTED  UNCHANGED\n"
            " 950        0       950          0          0\n");
  EXPECT_EQ(suite_.measurement.samples.size(), 950u);
  EXPECT_EQ(suite_.measurement.requests.size(), 10u);
  ASSERT_EQ(suite_.measurement.watermarks.size(), 1u);
  EXPECT_EQ(suite_.measurement.watermarks[0].metrics(0), "delay");
  EXPECT_EQ(suite_.measurement.watermarks[0].complete_through().seconds(), 978998400);
}

TEST_F(SampleCommandsTest, ImportingTwiceChangesNothing) {
  ASSERT_EQ(Import(Csv(950)).code, 0);
  const RunResult again = Import(Csv(950));
  EXPECT_THAT(again.err, HasSubstr("10 of 10 batches had been written before"));
  EXPECT_THAT(again.out, HasSubstr(" 950        0         0          0        950\n"));
  suite_.measurement.requests.clear();
  EXPECT_THAT(Import(Csv(950)).out, HasSubstr(" 950        0         0          0        950\n"))
      << "also when the requests are forgotten: ids derive from the rows";
  EXPECT_EQ(suite_.measurement.samples.size(), 950u);
}

TEST_F(SampleCommandsTest, ABrokenStreamIsResumed) {
  suite_.measurement.break_after = 4;
  const RunResult result = Import(Csv(950));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(suite_.measurement.samples.size(), 950u);
  EXPECT_THAT(result.err, HasSubstr("of 10 batches had been written before"));
}

TEST_F(SampleCommandsTest, BadRowsAreAllReportedAndNothingIsWritten) {
  std::string csv = Csv(10);
  for (int i = 0; i < 25; ++i) absl::StrAppend(&csv, "2001-01-01T00:00Z,A,nan\n");
  const RunResult result = Import(csv);
  EXPECT_EQ(result.code, 6);
  EXPECT_THAT(result.err, HasSubstr("stdin:12: delay: got \"nan\""));
  EXPECT_THAT(result.err, HasSubstr("stdin:31: "));
  EXPECT_THAT(result.err, HasSubstr("and 5 more bad rows\n"));
  EXPECT_THAT(result.err, HasSubstr("25 of 35 rows are bad; nothing was written"));
  EXPECT_TRUE(suite_.measurement.samples.empty());
  EXPECT_TRUE(suite_.measurement.watermarks.empty());
}

TEST_F(SampleCommandsTest, BadRowsMayBeSkipped) {
  const RunResult result =
      Import(Csv(10) + "never,A,1\n", {"--skip-bad-rows", "--no-advance-watermark"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("  10        1        10"));
  EXPECT_TRUE(suite_.measurement.watermarks.empty());
}

TEST_F(SampleCommandsTest, AFileThatEndsInsideAQuoteIsRefusedAsAWhole) {
  const RunResult result = Import(Csv(10) + "\"2001", {"--skip-bad-rows"});
  EXPECT_EQ(result.code, 6);
  EXPECT_THAT(result.err, HasSubstr("nothing was written"));
  EXPECT_TRUE(suite_.measurement.samples.empty());
}

TEST_F(SampleCommandsTest, AMapFileDescribesSeveralMetrics) {
  const TemporaryFile map("map.yaml",
                          "timeColumn: t\ntimeZone: America/Chicago\ndimensions: {origin: o}\n"
                          "values: {delay: d, level: l}\n");
  const TemporaryFile csv("two.csv", "t,o,d,l\n2001-01-01,ORD,1,2\n2001-01-02,,3,4\n");
  const RunResult result = suite_.Run({"import", csv.path(), "--map", map.path(), "-o", "json"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(suite_.measurement.samples.size(), 4u);
  EXPECT_EQ(suite_.measurement.samples.count("level/origin=ORD/978328800000000000/"), 1u);
  EXPECT_EQ(suite_.measurement.watermarks.at(0).metrics_size(), 2);
  EXPECT_THAT(result.out, HasSubstr("\"positionToken\""));
}

TEST_F(SampleCommandsTest, AWrongMapNamesItsLine) {
  const TemporaryFile map("bad-map.yaml", "timeColumn: t\nvalue: {delay: d}\n");
  const RunResult result = suite_.Run({"import", "-", "--map", map.path()});
  EXPECT_EQ(result.code, 6);
  EXPECT_THAT(result.err, HasSubstr(map.path() + ":2:1"));
  EXPECT_THAT(result.err, HasSubstr("did you mean \"values\"?"));
}

TEST_F(SampleCommandsTest, NdjsonIsImportedToo) {
  const TemporaryFile file("x.ndjson",
                           "{\"when\":\"2001-01-01T00:00:00Z\",\"v\":{\"d\":1.5}}\n"
                           "{\"when\":\"2001-01-01T00:00:00Z\",\"v\":{\"d\":1.5}}\n");
  const RunResult result =
      suite_.Run({"import", file.path(), "--time-column", "when", "--value", "delay=v.d"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(suite_.measurement.samples.size(), 2u) << "equal rows are different facts";
}

TEST_F(SampleCommandsTest, AResumeFileSkipsWhatIsDurable) {
  const TemporaryFile resume("resume.json", "");
  std::remove(resume.path().c_str());
  ASSERT_EQ(Import(Csv(950), {"--resume-file", resume.path()}).code, 0);
  suite_.measurement.requests.clear();
  const RunResult again = Import(Csv(950), {"--resume-file", resume.path()});
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.err, HasSubstr("resuming after batch 10"));
  EXPECT_TRUE(suite_.measurement.requests.empty());
}

TEST_F(SampleCommandsTest, ImportRefusesWrongInput) {
  EXPECT_EQ(
      suite_.Run({"import", "/nonexistent.csv", "--time-column", "t", "--value", "delay=d"}).code,
      3);
  EXPECT_EQ(suite_.Run({"import", "-"}).code, 2);
  EXPECT_EQ(suite_.Run({"import", "-", "--time-column", "t", "--value", "delay"}).code, 2);
  EXPECT_EQ(suite_.Run({"import", "-", "--time-column", "t", "--value", "nope=d"}).code, 3);
  EXPECT_EQ(Import(Csv(1), {"--format", "xml"}).code, 2);
  EXPECT_EQ(Import(Csv(1), {"--delimiter", "ab"}).code, 2);
  EXPECT_EQ(Import(Csv(1), {"--dimension", "airport=origin"}).code, 6);
  EXPECT_EQ(Import(Csv(1), {"--dimension", "origin", "--dimension", "origin=delay"}).code, 2);
  EXPECT_EQ(Import(Csv(1), {"--value", "delay=delay", "--value", "delay=origin"}).code, 2);
  EXPECT_THAT(Import("when,origin,delay\n").err, HasSubstr("there is no column \"time\""));
  EXPECT_THAT(Import("").err, HasSubstr("the file has no header"));
  EXPECT_TRUE(suite_.measurement.samples.empty());
}

}  // namespace
}  // namespace kpisuite
