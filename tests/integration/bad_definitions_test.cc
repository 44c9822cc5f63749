// Definitions that must not be stored, sent to a real kpi-definition: code, reason, path.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "tests/integration/deliveries.h"
#include "tests/integration/process_suite.h"

namespace kpisuite {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

constexpr size_t kMaxShownViolations = 20;

// Metrics that the cases refer to.
constexpr char kMetrics[] = R"(
apiVersion: kpisuite/v1
kind: Metric
metadata: {name: revenue}
spec: {unit: EUR, scale: 2, dimensions: [region]}
---
apiVersion: kpisuite/v1
kind: Metric
metadata: {name: orders}
spec: {unit: count, scale: 0, dimensions: [region]}
---
apiVersion: kpisuite/v1
kind: Metric
metadata: {name: margin}
spec: {unit: "%", scale: 4, dimensions: [region]}
---
)";

// A KPI with these lines in its spec.
std::string Kpi(const std::string& id, const std::string& spec) {
  return absl::StrCat("apiVersion: kpisuite/v1\nkind: Kpi\nmetadata: {name: ", id,
                      "}\nspec:\n  owner: o@example.com\n  direction: HIGHER\n"
                      "  windows: [DAY]\n",
                      spec, "\n---\n");
}

struct BadDefinition {
  const char* name;
  std::string yaml;    // after the metrics, which are definitions 0 to 2
  const char* field;   // path of the violation
  const char* code;    // its code
  const char* saying;  // part of its description
};

void PrintTo(const BadDefinition& bad, std::ostream* out) { *out << bad.name; }

class BadDefinitions : public testing::TestWithParam<BadDefinition> {
 protected:
  void SetUp() override { ASSERT_TRUE(suite_.StartDefinition().ok()); }

  ProcessSuite suite_;
};

TEST_P(BadDefinitions, AreRefusedWithTheirPlaceAndNothingIsStored) {
  SuiteClient client = suite_.Client();
  const auto applied = client.Apply(kMetrics + GetParam().yaml);
  ASSERT_EQ(applied.status().code(), absl::StatusCode::kInvalidArgument) << applied.status();
  const ErrorDetails details = GetErrorDetails(applied.status());
  EXPECT_EQ(details.reason, "INVALID_FIELD");
  EXPECT_THAT(details.violations,
              Contains(AllOf(Field(&FieldViolation::field, GetParam().field),
                             Field(&FieldViolation::reason, GetParam().code),
                             Field(&FieldViolation::description, HasSubstr(GetParam().saying)))))
      << testing::PrintToString(applied.status());
  v1::ListDefinitionsRequest list;
  list.set_parent(kTestParent);
  const auto stored = SuiteClient::Call(
      client.definition(), &v1::DefinitionService::StubInterface::ListDefinitions, list);
  ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(stored->definitions_size(), 0);
}

const BadDefinition kBadDefinitions[] = {
    {"CyclicKpis",
     Kpi("a", "  inputs: {x: {kpi: b}}\n  unit: EUR") +
         Kpi("b", "  inputs: {x: {kpi: a}}\n  unit: EUR"),
     "definitions[3].kpi.inputs[\"x\"].kpi", "CYCLE", "a"},
    {"UnitOfTheFormulaIsNotTheDeclaredOne",
     Kpi("a",
         "  inputs:\n    r: {metric: revenue, aggregation: SUM}\n"
         "    o: {metric: orders, aggregation: SUM}\n  formula: r / o\n  unit: h"),
     "definitions[3].kpi.formula", "UNIT_MISMATCH", "want the declared unit, h"},
    {"UnitsDoNotAdd",
     Kpi("a",
         "  inputs:\n    r: {metric: revenue, aggregation: SUM}\n"
         "    o: {metric: orders, aggregation: SUM}\n  formula: r + o\n  unit: EUR"),
     "definitions[3].kpi.formula", "UNIT_MISMATCH", "EUR"},
    {"UnusedInput",
     Kpi("a",
         "  inputs:\n    r: {metric: revenue, aggregation: SUM}\n"
         "    o: {metric: orders, aggregation: SUM}\n  formula: r\n  unit: EUR"),
     "definitions[3].kpi.inputs[\"o\"]", "UNUSED_INPUT", "o"},
    {"PercentagesAreNotSummed",
     Kpi("a", "  inputs: {m: {metric: margin, aggregation: SUM}}\n  unit: \"%\""),
     "definitions[3].kpi.inputs[\"m\"].aggregation", "NOT_ADDITIVE", "no sum of percentages"},
    {"UnknownMetric", Kpi("a", "  inputs: {r: {metric: revenues, aggregation: SUM}}\n  unit: EUR"),
     "definitions[3].kpi.inputs[\"r\"].metric", "UNKNOWN_REFERENCE", "revenues"},
    {"PercentTargetWithoutItsSign",
     Kpi("a",
         "  inputs: {m: {metric: margin, aggregation: AVG}}\n  unit: \"%\"\n"
         "  target: {fixed: 80}"),
     "definitions[3].kpi.target.fixed", "OUT_OF_RANGE", "did you mean 80%?"},
    {"UndeclaredDimensionInASlice",
     Kpi("a",
         "  inputs: {r: {metric: revenue, aggregation: SUM}}\n  unit: EUR\n"
         "  slices: [[country]]"),
     "definitions[3].kpi.slices[0].dimensions[0]", "SLICE_DIMENSION", "country"},
    {"FormulaThatCannotBeRead",
     Kpi("a", "  inputs: {r: {metric: revenue, aggregation: SUM}}\n  formula: r *\n  unit: EUR"),
     "definitions[3].kpi.formula", "SYNTAX", ""},
    {"TruthValueInASum",
     Kpi("a",
         "  inputs: {r: {metric: revenue, aggregation: SUM}}\n  formula: r + (r > 1)\n"
         "  unit: EUR"),
     "definitions[3].kpi.formula", "TYPE_MISMATCH", ""},
};

INSTANTIATE_TEST_SUITE_P(Cases, BadDefinitions, testing::ValuesIn(kBadDefinitions),
                         [](const testing::TestParamInfo<BadDefinition>& info) {
                           return std::string(info.param.name);
                         });

class DefinitionConflicts : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(suite_.StartDefinition().ok());
    client_ = std::make_unique<SuiteClient>(suite_.Client());
  }

  // A request that sets the display name of one metric.
  static v1::ApplyDefinitionsRequest Rename(const std::string& display_name) {
    v1::ApplyDefinitionsRequest request;
    v1::Definition& definition = *request.add_definitions();
    definition.set_name(absl::StrCat(kTestParent, "/metrics/orders"));
    definition.set_display_name(display_name);
    definition.mutable_metric()->set_unit("count");
    return request;
  }

  ProcessSuite suite_;
  std::unique_ptr<SuiteClient> client_;
};

TEST_F(DefinitionConflicts, StaleEtagIsAborted) {
  const auto first = client_->Apply(Rename("Orders"));
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string etag = first->changes(0).definition().etag();
  v1::ApplyDefinitionsRequest by_etag = Rename("Orders taken");
  by_etag.mutable_definitions(0)->set_etag(etag);
  ASSERT_TRUE(client_->Apply(by_etag).ok());

  by_etag.mutable_definitions(0)->set_display_name("Orders placed");
  const auto stale = client_->Apply(by_etag);
  EXPECT_EQ(stale.status().code(), absl::StatusCode::kAborted) << stale.status();
  EXPECT_EQ(GetErrorDetails(stale.status()).reason, "ETAG_MISMATCH");
}

TEST_F(DefinitionConflicts, RequestIdWithAnotherPayloadIsRefusedAndTheSameIsReplayed) {
  v1::ApplyDefinitionsRequest request = Rename("Orders");
  request.set_request_id("apply-1");
  const auto first = client_->Apply(request);
  ASSERT_TRUE(first.ok()) << first.status();
  const auto again = client_->Apply(request);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->position(), first->position());
  EXPECT_EQ(again->changes(0).kind(), v1::CHANGE_KIND_CREATED);

  request.mutable_definitions(0)->set_display_name("Orders placed");
  const auto other = client_->Apply(request);
  EXPECT_EQ(other.status().code(), absl::StatusCode::kInvalidArgument) << other.status();
  EXPECT_EQ(GetErrorDetails(other.status()).reason, "REQUEST_ID_REUSED");
}

TEST_F(DefinitionConflicts, ManyViolationsComeAsTheFirstTwentyAndTheirCount) {
  constexpr int kBad = 25;
  v1::ApplyDefinitionsRequest request;
  for (int i = 0; i < kBad; ++i) {
    v1::Definition& definition = *request.add_definitions();
    definition.set_name(absl::StrCat(kTestParent, "/metrics/bad-", i));
    definition.mutable_metric()->set_unit("count");
    definition.mutable_metric()->set_scale(10);
  }
  const auto refused = client_->Apply(request);
  ASSERT_EQ(refused.status().code(), absl::StatusCode::kInvalidArgument) << refused.status();
  ErrorDetails details = GetErrorDetails(refused.status());
  EXPECT_EQ(details.violations.size(), kMaxShownViolations);
  EXPECT_EQ(details.metadata["violations"], absl::StrCat(kBad));

  request.set_validate_only(true);
  const auto checked = client_->Apply(request);
  ASSERT_TRUE(checked.ok()) << checked.status();
  EXPECT_EQ(checked->violations_size(), kBad);
}

}  // namespace
}  // namespace kpisuite
