#include "services/kpictl/import/resume_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

class ResumeFileTest : public testing::Test {
 protected:
  // ctest runs the tests of a fixture as processes side by side.
  ResumeFileTest() : path_(absl::StrCat(testing::TempDir(), "/kpictl-resume-", getpid(), ".json")) {
    std::remove(path_.c_str());
  }
  ~ResumeFileTest() override { std::remove(path_.c_str()); }

  const std::string path_;
};

TEST_F(ResumeFileTest, RemembersHowFarAnImportGot) {
  const ResumeFile file(path_);
  EXPECT_EQ(*file.Load("import-a"), 0);
  ASSERT_TRUE(file.Store("import-a", 12).ok());
  EXPECT_EQ(*ResumeFile(path_).Load("import-a"), 12);
}

TEST_F(ResumeFileTest, AnotherImportStartsAtTheBeginning) {
  const ResumeFile file(path_);
  ASSERT_TRUE(file.Store("import-a", 12).ok());
  EXPECT_EQ(*file.Load("import-b"), 0);
}

TEST_F(ResumeFileTest, OtherFilesAreNotOverwrittenSilently) {
  std::ofstream(path_) << "{\"import\": 5}";
  EXPECT_TRUE(absl::IsInvalidArgument(ResumeFile(path_).Load("import-a").status()));
  std::ofstream(path_) << "not json";
  EXPECT_FALSE(ResumeFile(path_).Load("import-a").ok());
}

TEST_F(ResumeFileTest, AnEmptyPathKeepsNothing) {
  EXPECT_TRUE(ResumeFile("").Store("import-a", 1).ok());
  EXPECT_EQ(*ResumeFile("").Load("import-a"), 0);
}

TEST_F(ResumeFileTest, AMissingDirectoryIsAnError) {
  EXPECT_FALSE(ResumeFile("/nonexistent/directory/file").Store("import-a", 1).ok());
}

}  // namespace
}  // namespace kpisuite
