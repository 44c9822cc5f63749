// Tests of the small headers: clock, mutex, blocking, hash, log.
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "libs/base/blocking.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/hash.h"
#include "libs/base/log.h"
#include "libs/base/mutex.h"

namespace kpisuite {
namespace {

TEST(FakeClock, MovesOnlyWhenTold) {
  FakeClock clock(absl::FromUnixSeconds(100));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(100));
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(105));
  clock.Set(absl::FromUnixSeconds(1));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(1));
}

TEST(CondVar, WakesAWaiter) {
  Mutex mutex;
  CondVar ready_changed;
  bool ready = false;
  std::thread setter([&] {
    MutexLock lock(mutex);
    ready = true;
    ready_changed.NotifyAll();
  });
  {
    MutexLock lock(mutex);
    while (!ready) ready_changed.Wait(mutex);
  }
  setter.join();
  EXPECT_TRUE(ready);
}

TEST(CondVar, ReportsATimeout) {
  Mutex mutex;
  CondVar never;
  MutexLock lock(mutex);
  while (never.WaitFor(mutex, absl::Milliseconds(1))) {
  }
}

TEST(Blocking, IsAllowedOnOrdinaryThreads) {
  const uint64_t before = BlockingCallsOnLibraryThreads();
  CheckMayBlock("sqlite");
  EXPECT_EQ(BlockingCallsOnLibraryThreads(), before);
}

TEST(Blocking, IsCaughtOnLibraryThreads) {
  MarkLibraryThread outer;
  { MarkLibraryThread inner; }
  EXPECT_TRUE(OnLibraryThread());
#ifdef KPISUITE_DEBUG_ASSERTS
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(CheckMayBlock("sqlite"), "blocking call on a gRPC library thread: sqlite");
#else
  const uint64_t before = BlockingCallsOnLibraryThreads();
  CheckMayBlock("sqlite");
  EXPECT_EQ(BlockingCallsOnLibraryThreads(), before + 1);
#endif
}

TEST(Hash, MatchesPublishedVectors) {
  EXPECT_EQ(Hash64(""), 0x2d06800538d394c2u);
  EXPECT_EQ(HexEncode(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Log, WritesOneJsonObjectPerLine) {
  testing::internal::CaptureStderr();
  LogInfo("two\nlines", {{"port", 80}, {"name", "a\"b"}, {"ok", true}, {"ratio", 0.5}});
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_EQ(line.substr(0, 9), "{\"time\":\"");
  EXPECT_NE(line.find("\"level\":\"info\",\"message\":\"two\\nlines\",\"port\":80,"
                      "\"name\":\"a\\\"b\",\"ok\":true,\"ratio\":0.5}\n"),
            std::string::npos)
      << line;
}

TEST(Log, QuotesNumbersThatJsonCannotHold) {
  EXPECT_TRUE(LogField("x", std::nan("")).quoted());
  EXPECT_TRUE(LogField("x", HUGE_VAL).quoted());
  EXPECT_FALSE(LogField("x", -3).quoted());
}

TEST(Log, TellsAStatusWithoutItsDetails) {
  const LogField field("status",
                       MakeError(absl::StatusCode::kAborted, "ETAG", "another came first"));
  EXPECT_EQ(field.value(), "ABORTED: another came first");
  EXPECT_TRUE(field.quoted());
}

TEST(Log, DropsLinesBelowTheLevel) {
  ASSERT_TRUE(SetLogLevel("error").ok());
  testing::internal::CaptureStderr();
  LogWarning("dropped");
  LogError("kept");
  const std::string lines = testing::internal::GetCapturedStderr();
  EXPECT_EQ(lines.find("dropped"), std::string::npos);
  EXPECT_NE(lines.find("kept"), std::string::npos);
  ASSERT_TRUE(SetLogLevel("info").ok());
  EXPECT_EQ(SetLogLevel("loud").message(),
            "log-level: got loud, want debug, info, warning, error or off");
}

TEST(JsonString, ReplacesInvalidUtf8AndEscapesControls) {
  EXPECT_EQ(JsonString("Köln €"), "\"Köln €\"");
  EXPECT_EQ(JsonString("a\xff\x01z"), "\"a\\ufffd\\u0001z\"");
  EXPECT_EQ(JsonString("\xe2\x82"), "\"\\ufffd\\ufffd\"");
}

}  // namespace
}  // namespace kpisuite
