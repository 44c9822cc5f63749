#include "services/definition/mounted_definitions.h"

#include <filesystem>
#include <fstream>

#include "services/definition/definition_test_support.h"

namespace kpisuite {
namespace {

constexpr char kOrders[] =
    "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: orders}\nspec: {unit: count}\n";
constexpr char kReturns[] =
    "apiVersion: kpisuite/v1\nkind: Metric\nmetadata: {name: returns}\nspec: {unit: count}\n";

class MountedFiles : public ServiceFixture {
 protected:
  MountedFiles() { std::filesystem::create_directory(mount()); }

  std::string mount() const { return directory_.path() + "/mount"; }

  // Replaces the file at once, as a mounted ConfigMap is replaced.
  void Write(const std::string& name, const std::string& text) {
    const std::string temporary = directory_.path() + "/new";
    std::ofstream(temporary) << text;
    std::filesystem::rename(temporary, mount() + "/" + name);
  }

  std::unique_ptr<MountedDefinitions> Mount() {
    return std::make_unique<MountedDefinitions>(
        MountedDefinitionsOptions{mount(), "w", absl::Milliseconds(5)}, *service_, metrics_);
  }

  bool Has(const std::string& path) { return !Get(path).name().empty(); }

  // Whether the metrics have this line.
  bool Shows(const std::string& line) {
    return metrics_.Text().find("\n" + line + "\n") != std::string::npos;
  }

  Metrics metrics_;
};

TEST_F(MountedFiles, AreAppliedAtStartAndAgainWhenTheyChange) {
  Write("orders.yaml", kOrders);
  const auto mounted = Mount();
  EXPECT_TRUE(Eventually([this] { return Has("metrics/orders"); }));
  Write("returns.yaml", kReturns);
  EXPECT_TRUE(Eventually([this] { return Has("metrics/returns"); }));
  EXPECT_TRUE(Eventually([this] { return Shows("kpisuite_mounted_definitions 2"); }));
  EXPECT_EQ(Get("metrics/orders").updater(), "mounted-files");
  EXPECT_EQ(Get("metrics/orders").revision(), 1) << "unchanged files make no revisions";
}

TEST_F(MountedFiles, TakeAwayWhatTheyNoLongerDefineAndNothingElse) {
  ASSERT_TRUE(Apply({MakeDefinition("metrics/by-hand", "metric { unit: 'count' }")}).ok());
  Write("a.yaml", kOrders);
  Write("b.yaml", kReturns);
  const auto mounted = Mount();
  ASSERT_TRUE(Eventually([this] { return Has("metrics/returns"); }));
  std::filesystem::remove(mount() + "/b.yaml");
  EXPECT_TRUE(Eventually([this] { return !Has("metrics/returns"); }));
  EXPECT_TRUE(Has("metrics/orders"));
  EXPECT_TRUE(Has("metrics/by-hand"));
}

TEST_F(MountedFiles, ThatAreWrongChangeNothingAndAreCounted) {
  Write("a.yaml", kOrders);
  const auto mounted = Mount();
  ASSERT_TRUE(Eventually([this] { return Has("metrics/orders"); }));
  const int64_t position = service_->position();
  Write("a.yaml", "kind: [");
  EXPECT_TRUE(Eventually([this] { return Shows("kpisuite_mounted_definitions_refused 1"); }));
  EXPECT_EQ(service_->position(), position);
  std::filesystem::remove(mount() + "/a.yaml");
  Write("b.yaml", kReturns);
  EXPECT_TRUE(Eventually([this] { return Has("metrics/returns"); })) << "repaired";
  EXPECT_TRUE(Eventually([this] { return Shows("kpisuite_mounted_definitions_refused 0"); }));
}

TEST_F(MountedFiles, OfAnEmptyFolderTakeNothingAway) {
  Write("a.yaml", kOrders);
  const auto mounted = Mount();
  ASSERT_TRUE(Eventually([this] { return Has("metrics/orders"); }));
  std::filesystem::remove(mount() + "/a.yaml");
  EXPECT_TRUE(Eventually([this] { return Shows("kpisuite_mounted_definitions_refused 1"); }));
  EXPECT_TRUE(Has("metrics/orders"));
}

}  // namespace
}  // namespace kpisuite
