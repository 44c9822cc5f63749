#include "services/kpictl/import/progress.h"

#include <gtest/gtest.h>

#include <sstream>

namespace kpisuite {
namespace {

TEST(Progress, WritesPlainLinesWhereThereIsNoTerminal) {
  std::ostringstream out;
  FakeClock clock;
  Progress progress(out, false, clock, "f.csv", "rows", 1000);
  for (int done = 0; done <= 1000; done += 50) {
    clock.Advance(absl::Milliseconds(600));
    progress.Update(done);
  }
  progress.Finish(1000);
  const std::string text = out.str();
  EXPECT_EQ(text.find('\r'), std::string::npos);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("f.csv   50 %  500/1000 rows"), std::string::npos) << text;
  EXPECT_NE(text.find("f.csv  100 %  1000/1000 rows"), std::string::npos) << text;
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 11);
}

TEST(Progress, DrawsABarOnATerminal) {
  std::ostringstream out;
  FakeClock clock;
  Progress progress(out, true, clock, "f.csv", "rows", 100);
  clock.Advance(absl::Seconds(1));
  progress.Update(50);
  progress.Update(51);
  EXPECT_EQ(out.str(),
            "\rf.csv  [###############...............]  50 %  50/100 rows  50/s  1 s left\x1b[K")
      << "at most ten times a second";
  progress.Finish(100);
  EXPECT_EQ(out.str().back(), '\n');
}

TEST(Progress, NothingToDoIsDone) {
  std::ostringstream out;
  FakeClock clock;
  Progress(out, false, clock, "f.csv", "rows", 0).Finish(0);
  EXPECT_EQ(out.str(), "f.csv  100 %  0/0 rows\n");
}

}  // namespace
}  // namespace kpisuite
