// The vectors of tests/conformance, the example and the load, against the servers of its fixture.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "load.h"
#include "quickstart.h"
#include "settings.h"
#include "steps.h"

namespace {

using nlohmann::json;

constexpr int kSkipped = 77;

std::vector<json> ReadVectors(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<json> vectors;
  for (const auto& file : files) {
    for (const json& vector : json::parse(ReadFile(file))) vectors.push_back(vector);
  }
  return vectors;
}

absl::Status Check(const Settings& settings, const json& given, const json& vector,
                   const std::string& workspace) {
  auto client = settings.Connect(vector.value("server", "suite"), vector.value("token", ""));
  if (!client.ok()) return client.status();
  Steps steps(settings, **client, workspace);
  for (const std::string name : vector.value("given", json::array())) {
    if (absl::Status status = steps.Run(given.at(name)); !status.ok()) return status;
  }
  return steps.Run(vector.at("steps"));
}

// The result of all vectors.
json RunVectors(const Settings& settings) {
  json result = {{"language", "cpp"},
                 {"passed", json::array()},
                 {"failed", json::object()},
                 {"skipped", json::object()}};
  const auto folder = std::filesystem::path(settings.vectors());
  const json given = json::parse(ReadFile(folder.parent_path() / "given.json"));
  const std::string run = RandomLetters();
  for (const json& vector : ReadVectors(folder)) {
    const std::string id = vector.at("id");
    const absl::Status status =
        Check(settings, given, vector, absl::StrCat("workspaces/cpp-", run, "-", id));
    if (status.ok()) {
      result["passed"].push_back(id);
    } else {
      result["failed"][id] = std::string(status.message());
      std::cout << id << ": " << status.message() << "\n";
    }
  }
  std::cout << result["passed"].size() << " passed, " << result["failed"].size() << " failed\n";
  return result;
}

absl::Status RunExample(const Settings& settings) {
  auto client = settings.Connect("suite", "");
  if (!client.ok()) return client.status();
  const auto state =
      RunQuickstart(**client, absl::StrCat("workspaces/quickstart-cpp-", RandomLetters()));
  if (!state.ok()) return state.status();
  return state->status() == kpisuite::v1::STATUS_ON_TARGET
             ? absl::OkStatus()
             : absl::InternalError("the example does not end on target");
}

}  // namespace

int main() {
  const auto settings = Settings::Load();
  if (!settings.has_value()) {
    std::cout << "skipped: KPI_CONFORMANCE is not set; see tests/conformance\n";
    return kSkipped;
  }
  json result = RunVectors(*settings);
  bool passed = result["failed"].empty();
  for (const absl::Status& status : {RunExample(*settings), RunLoad(*settings, result)}) {
    if (!status.ok()) std::cout << status << "\n";
    passed = passed && status.ok();
  }
  settings->Report(result);
  return passed ? 0 : 1;
}
