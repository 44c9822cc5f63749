#include "settings.h"

#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>

using kpisuite::client::Client;
using kpisuite::client::ClientOptions;

std::optional<Settings> Settings::Load() {
  const char* file = std::getenv("KPI_CONFORMANCE");
  if (file == nullptr) return std::nullopt;
  return Settings(nlohmann::json::parse(ReadFile(file)));
}

absl::StatusOr<std::unique_ptr<Client>> Settings::Connect(const std::string& server,
                                                          const std::string& token) const {
  ClientOptions options;
  options.target = json_.at("servers").at(server);
  options.plaintext = server != "tls";
  if (!options.plaintext) options.root_certificates = ReadFile(json_.at("ca"));
  if (!token.empty()) options.token = [token] { return token; };
  return Client::Create(options);
}

void Settings::Report(const nlohmann::json& result) const {
  std::ofstream(json_.at("results").get<std::string>() + "/cpp.json") << result.dump(1) << "\n";
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string RandomLetters() {
  std::random_device random;
  std::string letters;
  for (int i = 0; i < 4; ++i) letters += static_cast<char>('a' + random() % 26);
  return letters;
}
