// What the file that KPI_CONFORMANCE names tells: servers, vectors, where results go.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "kpisuite/client/client.h"
#include "nlohmann/json.hpp"

class Settings {
 public:
  // Nothing where no servers were started for the tests.
  static std::optional<Settings> Load();

  // A client of a server, by its name; an empty token is none.
  absl::StatusOr<std::unique_ptr<kpisuite::client::Client>> Connect(const std::string& server,
                                                                    const std::string& token) const;

  std::string vectors() const { return json_.at("vectors"); }
  int64_t load(const std::string& what) const { return json_.at("load").at(what); }

  // Writes the result file of this language.
  void Report(const nlohmann::json& result) const;

 private:
  explicit Settings(nlohmann::json json) : json_(std::move(json)) {}

  nlohmann::json json_;
};

std::string ReadFile(const std::string& path);

// Four letters or more that no other run has.
std::string RandomLetters();
