// WatchStates over real gRPC.
#include <memory>
#include <string>

#include "gtest/gtest.h"
#include "services/evaluation/evaluation_server_for_test.h"
#include "services/evaluation/watch_token.h"

namespace kpisuite {
namespace {

// One WatchStates call.
class Watch {
 public:
  Watch(v1::EvaluationService::Stub& stub, const v1::WatchStatesRequest& request) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    reader_ = stub.WatchStates(&context_, request);
  }
  ~Watch() {
    context_.TryCancel();
    v1::WatchStatesResponse rest;
    while (reader_->Read(&rest)) continue;
    reader_->Finish();
  }

  // The next message that is not a heartbeat.
  v1::WatchStatesResponse Next() {
    v1::WatchStatesResponse response;
    do {
      if (!reader_->Read(&response)) {
        ADD_FAILURE() << "the watch ended";
        return response;
      }
    } while (response.heartbeat());
    token_ = response.resume_token();
    return response;
  }
  // Reads up to the mark; the number of states before it.
  int Sync() {
    int states = 0;
    while (!Next().in_sync()) {
      ++states;
      if (::testing::Test::HasFailure()) break;
    }
    return states;
  }
  // Reads until a state of DAY 5 has this value.
  void Until(const std::string& value) {
    v1::KpiState state;
    do {
      state = Next().state();
    } while (!::testing::Test::HasFailure() &&
             (state.period().id() != "2024-03-05" || state.value() != value));
  }
  const std::string& token() const { return token_; }

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchStatesResponse>> reader_;
  std::string token_;
};

class WatchStatesTest : public ::testing::Test {
 protected:
  WatchStatesTest() {
    suite_.definitions.Apply({TestMetric("m"), TestKpi("k", "m", v1::AGGREGATION_SUM)});
    suite_.StartServer();
    EXPECT_TRUE(suite_.WaitUntilReady());
    request_.set_parent("workspaces/w");
  }
  std::string Write(int64_t value, const std::string& id = "a") {
    return suite_.measurement.Write(TestTime(5, 12), value, id);
  }
  void WriteAndRead(int64_t value) { suite_.Read("2024-03-05", Write(value)); }

  EvaluationForTest suite_;
  v1::WatchStatesRequest request_;
};

TEST_F(WatchStatesTest, CurrentStatesComeFirstThenChanges) {
  WriteAndRead(4);
  Watch watch(*suite_.stub, request_);
  EXPECT_EQ(watch.Sync(), 2);  // DAY and MONTH of the total
  Write(6);
  watch.Until("6");
}

TEST_F(WatchStatesTest, NothingIsLostBetweenSnapshotAndChanges) {
  for (int i = 1; i <= 30; ++i) {
    Write(i);
    Watch watch(*suite_.stub, request_);
    Write(100 + i);
    watch.Until(std::to_string(100 + i));
  }
}

TEST_F(WatchStatesTest, ResumedWatchOnlySendsWhatChangedSince) {
  WriteAndRead(4);
  std::string token;
  {
    Watch watch(*suite_.stub, request_);
    watch.Sync();
    token = watch.token();
  }
  request_.set_resume_token(token);
  {
    Watch watch(*suite_.stub, request_);
    EXPECT_EQ(watch.Sync(), 0);
  }
  WriteAndRead(5);
  Watch watch(*suite_.stub, request_);
  EXPECT_EQ(watch.Sync(), 2);
}

TEST_F(WatchStatesTest, TokenOfAnotherProcessBringsEveryPeriodThatMayHaveChanged) {
  suite_.Read("2024-03-04", suite_.measurement.Write(TestTime(4, 12), 3, "earlier"));
  WriteAndRead(4);
  {
    Watch watch(*suite_.stub, request_);
    EXPECT_EQ(watch.Sync(), 2);
  }
  request_.set_resume_token("1234.99999");
  Watch watch(*suite_.stub, request_);
  EXPECT_EQ(watch.Sync(), 3);
}

TEST_F(WatchStatesTest, TokensAreReadAsTheyWereWritten) {
  const WatchToken token{
      .process = ~uint64_t{0}, .update_no = 77, .shown_by = absl::FromUnixNanos(1'795'785'862'579)};
  const WatchToken read = WatchToken::Parse(token.ToString());
  EXPECT_EQ(read.process, token.process);
  EXPECT_EQ(read.update_no, 77);
  EXPECT_EQ(read.shown_by, token.shown_by);
  for (const char* text : {"1.2", "1.2.3.4", "x.2.3", "1.-2.3", "1.2.", "1.2.ffffffffffffffff"}) {
    EXPECT_EQ(WatchToken::Parse(text).process, 1u) << text;
    EXPECT_EQ(WatchToken::Parse(text).shown_by, absl::UnixEpoch()) << text;
  }
}

TEST_F(WatchStatesTest, KeysNameTheSeriesToWatch) {
  WriteAndRead(4);
  request_.add_keys()->set_kpi(kTestKpi);
  request_.mutable_keys(0)->set_slice("region=EU");
  Watch watch(*suite_.stub, request_);
  EXPECT_EQ(watch.Sync(), 1);
  Write(6);
  EXPECT_EQ(watch.Next().state().slice(), "region=EU");
}

TEST_F(WatchStatesTest, WrongRequestsAreRefused) {
  for (const std::string& filter : {std::string("colour = red"), std::string("kpi =")}) {
    request_.set_filter(filter);
    grpc::ClientContext context;
    const auto reader = suite_.stub->WatchStates(&context, request_);
    v1::WatchStatesResponse response;
    EXPECT_FALSE(reader->Read(&response));
    EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  }
}

}  // namespace
}  // namespace kpisuite
