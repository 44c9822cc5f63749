// Any bytes. Read as a state: what parses is written back to the same bytes and survives use. Read
// as samples: adding them forwards, backwards, or in two merged halves gives the same bytes.

#include <optional>
#include <string>
#include <vector>

#include "libs/kpi/aggregate.h"
#include "libs/kpi/aggregate_frame.h"
#include "tests/fuzz/require.h"

namespace kpisuite {
namespace {

void CheckState(absl::string_view bytes) {
  absl::StatusOr<Aggregate> state = Aggregate::Parse(bytes);
  if (!state.ok()) return;
  Require(state->Serialize() == bytes);
  state->Finalise();
  state->Finalise({.start_nano = 1, .end_nano = 9, .then_end_nano = 1});
  Require(Aggregate::Parse(state->CarriedOut().Serialize()).ok());
  const Aggregate copy = *state;
  const SampleView sample = {
      .time_nano = 1, .value = 2, .sample_id = "id", .entity = "e", .series = 3};
  if (state->Add(sample).ok() && state->Remove(sample)) Require(state->Serialize() == bytes);
  if (state->Merge(copy).ok()) Require(state->rows() >= copy.rows());
  Require(Aggregate::Parse(state->Serialize()).ok());
}

std::vector<SampleView> Samples(absl::string_view bytes) {
  static constexpr const char* kEntities[] = {"", "ann", "bob", "a much longer name of an entity"};
  std::vector<SampleView> samples;
  while (bytes.size() >= 4) {
    const auto at = [&bytes](size_t index) { return static_cast<unsigned char>(bytes[index]); };
    samples.push_back({.time_nano = at(0) % 4,
                       .value = static_cast<signed char>(at(1)),
                       .sample_id = bytes.substr(0, 4),
                       .entity = kEntities[at(2) % 4],
                       .weight = at(2) < 8 ? std::nullopt : std::optional<int64_t>(at(2) - 99),
                       .series = at(3) % 3u,
                       .shift_nano = at(3) % 7 == 0 ? at(2) % 3 - 1 : 0,
                       .kept = at(3) % 5 != 0});
    bytes.remove_prefix(4);
  }
  return samples;
}

void CheckOrder(AggregationSpec spec, const std::vector<SampleView>& samples) {
  Aggregate forwards = Aggregate::Create(spec).value();
  Aggregate backwards = forwards;
  Aggregate even = forwards;
  Aggregate odd = forwards;
  for (size_t i = 0; i < samples.size(); ++i) {
    Require(forwards.Add(samples[i]).ok());
    Require(backwards.Add(samples[samples.size() - 1 - i]).ok());
    Require((i % 2 == 0 ? even : odd).Add(samples[i]).ok());
  }
  Require(odd.Merge(even).ok());
  const std::string bytes = forwards.Serialize();
  Require(backwards.Serialize() == bytes);
  Require(odd.Serialize() == bytes);
  Require(Aggregate::Parse(bytes).value().Finalise().value == forwards.Finalise().value);
}

void Check(absl::string_view bytes) {
  CheckState(bytes);
  if (bytes.empty()) return;
  const auto kind = static_cast<AggregationKind>(static_cast<unsigned char>(bytes[0]) % 32);
  if (!IsServed(kind)) return;
  CheckOrder({.kind = kind, .scale = 2, .exact_cap = 5}, Samples(bytes.substr(1)));
}

}  // namespace
}  // namespace kpisuite

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  kpisuite::Check({reinterpret_cast<const char*>(data), size});
  return 0;
}
