#include "services/definition/definition_service.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include "services/definition/definition_test_support.h"

namespace kpisuite {
namespace {

using ::google::protobuf::util::MessageDifferencer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using ApplyDefinitions = ServiceFixture;
using DeleteDefinition = ServiceFixture;
using OwnedSet = ServiceFixture;
using RequestId = ServiceFixture;

std::vector<std::string> KindsOf(const v1::ApplyDefinitionsResponse& response) {
  std::vector<std::string> kinds;
  for (const v1::DefinitionChange& change : response.changes()) {
    kinds.push_back(change.name().substr(sizeof("workspaces/w/") - 1) + " " +
                    v1::ChangeKind_Name(change.kind()).substr(sizeof("CHANGE_KIND_") - 1));
  }
  return kinds;
}

TEST_F(ApplyDefinitions, MakesRevisionsOfWhatIsNew) {
  v1::ApplyDefinitionsRequest request = ApplyRequest(SmallWorld());
  request.set_reason("first");
  const auto response = service_->Apply(request, "ann@example.com");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(KindsOf(*response), ElementsAre("metrics/delay CREATED", "kpis/late CREATED"));
  EXPECT_EQ(response->position(), 2) << "position 1 is the empty log";
  EXPECT_FALSE(response->position_token().empty());
  const v1::Definition kpi = Get("kpis/late");
  EXPECT_EQ(kpi.revision(), 1);
  EXPECT_EQ(kpi.creator(), "ann@example.com");
  EXPECT_EQ(kpi.updater(), "ann@example.com");
  EXPECT_EQ(kpi.change_reason(), "first");
  EXPECT_EQ(kpi.create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(kpi.uid().size(), 32u);
  EXPECT_EQ(kpi.etag().size(), 16u);
  EXPECT_TRUE(MessageDifferencer::Equals(response->changes(1).definition(), kpi));
  EXPECT_EQ(response->changes(1).differences(0).field(), "kpi.owner");
}

TEST_F(ApplyDefinitions, ChangesNothingTheSecondTime) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  const auto again = Apply(SmallWorld());
  ASSERT_TRUE(again.ok());
  EXPECT_THAT(KindsOf(*again), ElementsAre("metrics/delay UNCHANGED", "kpis/late UNCHANGED"));
  EXPECT_EQ(again->position(), 2);
  EXPECT_EQ(Get("kpis/late").revision(), 1);
}

TEST_F(ApplyDefinitions, ShowsTheDifference) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  v1::Definition changed = SmallWorld()[1];
  changed.mutable_kpi()->mutable_target()->set_fixed("0.25");
  clock_.Advance(absl::Hours(1));
  const auto response = Apply({changed});
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_EQ(response->changes(0).differences_size(), 1);
  EXPECT_EQ(response->changes(0).differences(0).field(), "kpi.target.fixed");
  EXPECT_EQ(response->changes(0).differences(0).before(), "20%");
  EXPECT_EQ(response->changes(0).differences(0).after(), "0.25");
  const v1::Definition kpi = Get("kpis/late");
  EXPECT_EQ(kpi.revision(), 2);
  EXPECT_EQ(kpi.update_time().seconds() - kpi.create_time().seconds(), 3600);
}

TEST_F(ApplyDefinitions, ValidatesWithoutStoring) {
  v1::ApplyDefinitionsRequest request = ApplyRequest(SmallWorld());
  request.set_validate_only(true);
  const auto sound = service_->Apply(request, "");
  ASSERT_TRUE(sound.ok());
  EXPECT_THAT(KindsOf(*sound), ElementsAre("metrics/delay CREATED", "kpis/late CREATED"));
  EXPECT_EQ(sound->changes(1).definition().revision(), 1);
  EXPECT_EQ(sound->position(), 0);
  EXPECT_EQ(Get("kpis/late").name(), "");

  request.mutable_definitions(1)->mutable_kpi()->set_formula("late / nothing");
  const auto wrong = service_->Apply(request, "");
  ASSERT_TRUE(wrong.ok());
  ASSERT_EQ(wrong->violations_size(), 2);
  EXPECT_EQ(wrong->violations(0).code(), "UNDECLARED_IDENTIFIER");
  EXPECT_EQ(wrong->violations(0).line(), 1);
  EXPECT_EQ(wrong->violations(0).column(), 8);
  EXPECT_EQ(wrong->violations(1).code(), "UNUSED_INPUT");
  EXPECT_EQ(wrong->violations(1).field(), "definitions[1].kpi.inputs[\"all\"]");
}

TEST_F(ApplyDefinitions, StoresAllOrNothing) {
  std::vector<v1::Definition> set = SmallWorld();
  set[1].mutable_kpi()->set_formula("late / nothing");
  const auto response = Apply(set);
  EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(response.status()).violations.size(), 2u);
  EXPECT_EQ(Get("metrics/delay").name(), "");
}

TEST_F(ApplyDefinitions, RefusesAStaleEtag) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  v1::Definition changed = Get("kpis/late");
  const std::string etag = changed.etag();
  changed.set_description("a");
  ASSERT_TRUE(Apply({changed}).ok());
  changed.set_description("b");
  const auto stale = Apply({changed});
  EXPECT_EQ(stale.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(GetErrorDetails(stale.status()).reason, "ETAG_MISMATCH");
  EXPECT_NE(Get("kpis/late").etag(), etag);
  EXPECT_EQ(Get("kpis/late").description(), "a");
}

TEST_F(ApplyDefinitions, RefusesAChangeOfHowSamplesAreStored) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  v1::Definition metric = SmallWorld()[0];
  metric.mutable_metric()->set_scale(2);
  const auto response = Apply({metric});
  EXPECT_EQ(response.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorDetails(response.status()).reason, "IMMUTABLE_FIELD");
  EXPECT_THAT(std::string(response.status().message()),
              HasSubstr("definitions[0].metric.scale: got 2, want 0"));
}

TEST_F(ApplyDefinitions, ReportsAllThatIsWrongWithTheRequest) {
  v1::ApplyDefinitionsRequest request;
  request.set_parent("acme");
  request.set_prune(true);
  request.set_reason(std::string(1001, 'x'));
  const auto response = service_->Apply(request, "");
  EXPECT_THAT(
      Codes(GetErrorDetails(response.status()).violations),
      ElementsAre("parent SYNTAX", "definitions REQUIRED", "prune REFUSED", "reason LIMIT"));
}

TEST_F(ApplyDefinitions, SurvivesARestart) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  const v1::Definition before = Get("kpis/late");
  Open();
  EXPECT_TRUE(MessageDifferencer::Equals(Get("kpis/late"), before));
  EXPECT_EQ(service_->position(), 2);
  EXPECT_THAT(KindsOf(*Apply(SmallWorld())),
              ElementsAre("metrics/delay UNCHANGED", "kpis/late UNCHANGED"));
}

TEST_F(DeleteDefinition, KeepsRevisionsAndNumbersOnAfterANewStart) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  const std::string uid = Get("kpis/late").uid();
  const auto deleted = Delete("kpis/late");
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_TRUE(deleted->definition().deleted());
  EXPECT_EQ(deleted->definition().revision(), 2);
  EXPECT_EQ(deleted->position(), 3);
  EXPECT_EQ(Get("kpis/late").name(), "");
  EXPECT_EQ(Delete("kpis/late").status().code(), absl::StatusCode::kNotFound);

  v1::ListRevisionsRequest list;
  list.set_name("workspaces/w/kpis/late");
  EXPECT_EQ(service_->ListRevisions(list)->revisions_size(), 2);

  Open();
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  EXPECT_EQ(Get("kpis/late").revision(), 3);
  EXPECT_NE(Get("kpis/late").uid(), uid);
}

TEST_F(DeleteDefinition, IsRefusedWhileInUse) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  const auto response = Delete("metrics/delay");
  EXPECT_EQ(response.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetErrorDetails(response.status()).reason, "IN_USE");
  EXPECT_THAT(std::string(response.status().message()), HasSubstr("kpis/late"));
}

TEST_F(DeleteDefinition, LeavesTheMetricBoundToItsSamples) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  ASSERT_TRUE(Delete("kpis/late").ok());
  ASSERT_TRUE(Delete("metrics/delay").ok());
  for (int restarts = 0; restarts < 2; ++restarts) {
    v1::Definition metric = SmallWorld()[0];
    metric.mutable_metric()->clear_dimensions();
    EXPECT_EQ(GetErrorDetails(Apply({metric}).status()).reason, "IMMUTABLE_FIELD");
    Open();
  }
  EXPECT_TRUE(Apply({SmallWorld()[0]}).ok());
}

TEST_F(DeleteDefinition, ChecksEtagAndCanOnlyValidate) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  v1::DeleteDefinitionRequest request;
  request.set_name("workspaces/w/kpis/late");
  request.set_etag("old");
  EXPECT_EQ(service_->Delete(request, "").status().code(), absl::StatusCode::kAborted);
  request.set_etag(Get("kpis/late").etag());
  request.set_validate_only(true);
  EXPECT_TRUE(service_->Delete(request, "").ok());
  EXPECT_EQ(Get("kpis/late").revision(), 1);
}

TEST_F(OwnedSet, PrunesWhatTheRequestLeavesOut) {
  v1::ApplyDefinitionsRequest request = ApplyRequest(SmallWorld());
  request.set_owned_set("repo");
  ASSERT_TRUE(service_->Apply(request, "").ok());
  EXPECT_EQ(Get("kpis/late").owned_set(), "repo");
  Open();
  request = ApplyRequest({SmallWorld()[0]});
  request.set_owned_set("repo");
  request.set_prune(true);
  const auto response = service_->Apply(request, "");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(KindsOf(*response), ElementsAre("metrics/delay UNCHANGED", "kpis/late DELETED"));
  EXPECT_EQ(Get("kpis/late").name(), "");
}

TEST_F(OwnedSet, ReleasesWithoutPrune) {
  v1::ApplyDefinitionsRequest request = ApplyRequest(SmallWorld());
  request.set_owned_set("repo");
  ASSERT_TRUE(service_->Apply(request, "").ok());
  request.mutable_definitions()->RemoveLast();
  const auto response = service_->Apply(request, "");
  ASSERT_TRUE(response.ok());
  EXPECT_THAT(KindsOf(*response), ElementsAre("metrics/delay UNCHANGED", "kpis/late UPDATED"));
  EXPECT_EQ(Get("kpis/late").owned_set(), "");
  EXPECT_THAT(KindsOf(*service_->Apply(request, "")), ElementsAre("metrics/delay UNCHANGED"));
}

TEST_F(OwnedSet, DoesNotPruneWhatIsInUse) {
  v1::ApplyDefinitionsRequest request = ApplyRequest({SmallWorld()[0]});
  request.set_owned_set("metrics");
  ASSERT_TRUE(service_->Apply(request, "").ok());
  ASSERT_TRUE(Apply({SmallWorld()[1]}).ok());
  request = ApplyRequest({Metric("other", "unit: 'min'")});
  request.set_owned_set("metrics");
  request.set_prune(true);
  const auto response = service_->Apply(request, "");
  EXPECT_EQ(GetErrorDetails(response.status()).reason, "IN_USE");
  EXPECT_EQ(GetErrorDetails(response.status()).violations[0].field, "prune");
}

TEST_F(OwnedSet, DoesNotTakeFromAnother) {
  v1::ApplyDefinitionsRequest request = ApplyRequest(SmallWorld());
  request.set_owned_set("one");
  ASSERT_TRUE(service_->Apply(request, "").ok());
  request.set_owned_set("two");
  EXPECT_THAT(Codes(GetErrorDetails(service_->Apply(request, "").status()).violations),
              ElementsAre("definitions[0].name REFUSED", "definitions[1].name REFUSED"));
  EXPECT_TRUE(Apply(SmallWorld()).ok()) << "without a set it may be changed and stays in it";
  EXPECT_EQ(Get("kpis/late").owned_set(), "one");
}

TEST_F(RequestId, ReplaysTheAnswer) {
  v1::ApplyDefinitionsRequest request = ApplyRequest(SmallWorld());
  request.set_request_id("r1");
  const auto first = service_->Apply(request, "");
  ASSERT_TRUE(first.ok());
  Open();
  const auto again = service_->Apply(request, "");
  ASSERT_TRUE(again.ok());
  EXPECT_TRUE(MessageDifferencer::Equals(*again, *first));
  EXPECT_EQ(service_->position(), 2);
}

TEST_F(RequestId, IsRefusedForAnotherRequest) {
  v1::ApplyDefinitionsRequest request = ApplyRequest(SmallWorld());
  request.set_request_id("r1");
  ASSERT_TRUE(service_->Apply(request, "").ok());
  request.set_reason("other");
  const auto reused = service_->Apply(request, "");
  EXPECT_EQ(reused.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetErrorDetails(reused.status()).reason, "REQUEST_ID_REUSED");
  v1::DeleteDefinitionRequest other_method;
  other_method.set_name("workspaces/w/kpis/late");
  other_method.set_request_id("r1");
  EXPECT_EQ(GetErrorDetails(service_->Delete(other_method, "").status()).reason,
            "REQUEST_ID_REUSED");
  clock_.Advance(absl::Hours(25));
  EXPECT_TRUE(service_->Apply(request, "").ok()) << "it is forgotten after a day";
}

TEST_F(RequestId, ReplaysADelete) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  v1::DeleteDefinitionRequest request;
  request.set_name("workspaces/w/kpis/late");
  request.set_request_id("r2");
  const auto first = service_->Delete(request, "");
  ASSERT_TRUE(first.ok());
  const auto again = service_->Delete(request, "");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(MessageDifferencer::Equals(*again, *first));
}

}  // namespace
}  // namespace kpisuite
