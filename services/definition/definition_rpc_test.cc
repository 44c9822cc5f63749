// The service over a real server: errors on the wire, watches.
#include <gmock/gmock.h>

#include "libs/rpc/status_mapping.h"
#include "services/definition/definition_test_support.h"

namespace kpisuite {
namespace {

using Reader = grpc::ClientReader<v1::WatchDefinitionsResponse>;

class DefinitionRpcTest : public ::testing::Test {
 protected:
  DefinitionRpcTest() : server_(directory_.path()), stub_(server_.stub()) {}

  absl::Status Apply(const std::vector<v1::Definition>& definitions) {
    grpc::ClientContext context;
    v1::ApplyDefinitionsResponse response;
    return FromGrpcStatus(stub_->ApplyDefinitions(&context, ApplyRequest(definitions), &response));
  }

  std::unique_ptr<Reader> Watch(grpc::ClientContext& context, int64_t after_position,
                                const std::string& parent = "workspaces/-") {
    v1::WatchDefinitionsRequest request;
    request.set_parent(parent);
    request.set_after_position(after_position);
    return stub_->WatchDefinitions(&context, request);
  }

  TestDirectory directory_;
  DefinitionServer server_;
  std::unique_ptr<v1::DefinitionService::Stub> stub_;
};

TEST_F(DefinitionRpcTest, SendsTheFirst20ViolationsAndTheirCount) {
  std::vector<v1::Definition> set = {SmallWorld()[0]};
  for (int i = 0; i < 100; ++i) {
    set.push_back(Kpi(absl::StrCat("k", i), "formula: 'a +'"));
  }
  grpc::ClientContext context;
  v1::ApplyDefinitionsResponse response;
  const grpc::Status status = stub_->ApplyDefinitions(&context, ApplyRequest(set), &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_LE(status.error_details().size() + status.error_message().size(), 4096u);
  const ErrorDetails details = GetErrorDetails(FromGrpcStatus(status));
  EXPECT_EQ(details.reason, "INVALID_FIELD");
  EXPECT_LE(details.violations.size(), 20u);
  EXPECT_GE(details.violations.size(), 5u);
  EXPECT_GE(std::stoi(details.metadata.at("violations")), 300);
}

TEST_F(DefinitionRpcTest, KeepsWhoMadeARevision) {
  grpc::ClientContext context;
  context.AddMetadata("x-kpi-actor", "ann@example.com");
  v1::ApplyDefinitionsResponse response;
  ASSERT_TRUE(stub_->ApplyDefinitions(&context, ApplyRequest(SmallWorld()), &response).ok());
  EXPECT_EQ(response.changes(0).definition().creator(), "ann@example.com");
}

TEST_F(DefinitionRpcTest, ServesTemplates) {
  grpc::ClientContext list;
  v1::ListTemplatesRequest request;
  request.set_filter("id = ops.throughput");
  v1::ListTemplatesResponse templates;
  ASSERT_TRUE(stub_->ListTemplates(&list, request, &templates).ok());
  ASSERT_EQ(templates.templates_size(), 1);
  grpc::ClientContext instantiate;
  v1::InstantiateTemplateRequest bound;
  bound.set_parent("workspaces/w");
  bound.set_template_id("ops.throughput");
  bound.set_owner("ann@example.com");
  v1::InstantiateTemplateResponse made;
  const absl::Status status =
      FromGrpcStatus(stub_->InstantiateTemplate(&instantiate, bound, &made));
  ASSERT_EQ(GetErrorDetails(status).violations.size(), 1u);
  EXPECT_EQ(GetErrorDetails(status).violations[0].field, "bindings[\"finished\"]");
}

TEST_F(DefinitionRpcTest, TellsWhatItIs) {
  grpc::ClientContext context;
  v1::ServerInfo info;
  ASSERT_TRUE(
      stub_->GetDefinitionServerInfo(&context, v1::GetDefinitionServerInfoRequest(), &info).ok());
  EXPECT_EQ(info.service(), "kpi-definition");
  EXPECT_EQ(info.store_engine(), "sqlite");
  EXPECT_EQ(info.definition_position(), 1);
}

TEST_F(DefinitionRpcTest, WatchStartsWithASnapshotAndGoesOnLive) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  grpc::ClientContext context;
  const auto reader = Watch(context, 0);
  v1::WatchDefinitionsResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_TRUE(message.snapshot());
  EXPECT_EQ(message.definitions_size(), 2);
  EXPECT_EQ(message.position(), 2);
  EXPECT_NE(message.incarnation(), 0);
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_TRUE(message.heartbeat()) << "it has caught up";
  EXPECT_EQ(message.position(), 2);

  ASSERT_TRUE(Apply({Metric("other", "unit: 'EUR'")}).ok());
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_FALSE(message.snapshot());
  EXPECT_EQ(message.position(), 3);
  ASSERT_EQ(message.definitions_size(), 1);
  EXPECT_EQ(message.definitions(0).name(), "workspaces/w/metrics/other");
  EXPECT_GT(message.commit_time().seconds(), 0);
}

TEST_F(DefinitionRpcTest, WatchResumesWithEverySetInOrder) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(Apply({Metric(absl::StrCat("m", i), "unit: 'EUR'")}).ok());
  }
  grpc::ClientContext context;
  const auto reader = Watch(context, 3);
  v1::WatchDefinitionsResponse message;
  for (int64_t position = 4; position <= 7; ++position) {
    ASSERT_TRUE(reader->Read(&message));
    EXPECT_EQ(message.position(), position);
  }
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_TRUE(message.heartbeat());
}

TEST_F(DefinitionRpcTest, WatchOfAWorkspaceSkipsTheOthers) {
  ASSERT_TRUE(Apply(SmallWorld()).ok());
  grpc::ClientContext context;
  const auto reader = Watch(context, 0, "workspaces/other");
  v1::WatchDefinitionsResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_TRUE(message.snapshot());
  EXPECT_EQ(message.definitions_size(), 0);
  EXPECT_EQ(message.position(), 2);
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_TRUE(message.heartbeat());
  ASSERT_TRUE(Apply({Metric("m", "unit: 'EUR'")}).ok());
  server_.AdvanceStreams(absl::Seconds(16));
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_TRUE(message.heartbeat());
  EXPECT_EQ(message.position(), 3) << "so that it need not read them again";
}

TEST_F(DefinitionRpcTest, WatchSplitsWhatIsLarge) {
  std::vector<v1::Definition> set;
  for (int i = 0; i < 1000; ++i) {
    set.push_back(Metric(absl::StrCat("m", i), "unit: 'EUR'"));
    set.back().set_description(std::string(3000, 'x'));
  }
  ASSERT_TRUE(Apply(set).ok());
  for (const int64_t after : {int64_t{0}, int64_t{1}}) {
    grpc::ClientContext context;
    const auto reader = Watch(context, after);
    v1::WatchDefinitionsResponse message;
    int definitions = 0;
    int messages = 0;
    do {
      ASSERT_TRUE(reader->Read(&message));
      EXPECT_EQ(message.snapshot(), after == 0);
      EXPECT_LT(message.ByteSizeLong(), size_t{2} << 20);
      definitions += message.definitions_size();
      ++messages;
    } while (message.position() == 0);
    EXPECT_EQ(definitions, 1000);
    EXPECT_GE(messages, 3);
  }
}

TEST_F(DefinitionRpcTest, WatchRefusesAPositionOfAnotherLog) {
  v1::WatchDefinitionsResponse message;
  {
    grpc::ClientContext context;
    const auto reader = Watch(context, 99);
    EXPECT_FALSE(reader->Read(&message));
    const absl::Status status = FromGrpcStatus(reader->Finish());
    EXPECT_EQ(status.code(), absl::StatusCode::kOutOfRange);
    EXPECT_EQ(GetErrorDetails(status).reason, "FEED_TRIMMED");
  }
  grpc::ClientContext context;
  v1::WatchDefinitionsRequest request;
  request.set_parent("workspaces/-");
  request.set_after_position(1);
  request.set_incarnation(5);
  const auto reader = stub_->WatchDefinitions(&context, request);
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_EQ(GetErrorDetails(FromGrpcStatus(reader->Finish())).reason, "INCARNATION_CHANGED");
}

}  // namespace
}  // namespace kpisuite
