// quickstart_example HOST:PORT: the quickstart against a server without TLS.
#include <iostream>

#include "quickstart.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: quickstart_example HOST:PORT\n";
    return 2;
  }
  kpisuite::client::ClientOptions options;
  options.target = argv[1];
  options.plaintext = true;
  auto client = kpisuite::client::Client::Create(options);
  if (!client.ok()) {
    std::cerr << client.status() << "\n";
    return 1;
  }
  const auto state = RunQuickstart(**client, "workspaces/quickstart-cpp");
  if (!state.ok()) std::cerr << state.status() << "\n";
  return state.ok() ? 0 : 1;
}
