#include "tests/simulator/simulated_writers.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace kpisuite {
namespace {

std::string Parent() { return absl::StrCat("workspaces/", kSimulatedWorkspace); }

const std::vector<std::string>& MembersOf(const std::string& dimension) {
  static const auto& regions = *new std::vector<std::string>{"north", "south", ""};
  static const auto& teams = *new std::vector<std::string>{"red", "blue"};
  return dimension == "region" ? regions : teams;
}

}  // namespace

void SimulatedWriters::SendSomething() {
  auto exchange = std::make_shared<Exchange>();
  exchange->id = absl::StrCat("request-", exchanges_.size());
  const int64_t kind = stage_.chance().Below(100);
  if (kind < 62) {
    exchange->request = MakeWrite();
  } else if (kind < 76 && !identities_.empty()) {
    exchange->request = MakeRetraction();
  } else {
    exchange->request = MakeWatermark();
  }
  if (exchange->request.write.has_value()) {
    exchange->request.write->set_request_id(exchange->id);
    stage_.Trace("send ", exchange->id, " ", exchange->request.write->ShortDebugString());
  } else {
    exchange->request.retract->set_request_id(exchange->id);
    stage_.Trace("send ", exchange->id, " ", exchange->request.retract->ShortDebugString());
  }
  exchanges_.push_back(exchange);
  ++open_;
  Attempt(exchange);
}

SimulatedWriters::Identity SimulatedWriters::MakeIdentity(size_t metric) {
  Prng& chance = stage_.chance();
  Identity identity{.metric = metric};
  for (const std::string& dimension : metrics_[metric].dimensions) {
    identity.members.push_back(chance.Pick(MembersOf(dimension)));
  }
  const int64_t kind = chance.Below(10);
  const int64_t hours = kind < 6 ? 8 : (kind < 9 ? 72 : 12 * 24);
  absl::Time time = stage_.now() - absl::Minutes(chance.Below(hours * 60));
  if (metrics_[metric].is_event) {
    identity.sample_id = absl::StrCat("s", chance.Below(4));
  } else {
    time = absl::FromUnixSeconds(absl::ToUnixSeconds(time) / 3600 * 3600);
  }
  if (chance.Chance(10)) time = stage_.now() + absl::Minutes(chance.Below(5));
  identity.time_nano = absl::ToUnixNanos(time);
  return identity;
}

v1::SeriesBlock SimulatedWriters::BlockOf(const Identity& identity) const {
  const SimulatedMetric& metric = metrics_[identity.metric];
  v1::SeriesBlock block;
  block.set_metric(metric.id);
  for (size_t i = 0; i < metric.dimensions.size(); ++i) {
    (*block.mutable_dimensions())[metric.dimensions[i]] = identity.members[i];
  }
  block.add_time_unix_nano(identity.time_nano);
  if (metric.is_event) block.add_sample_ids(identity.sample_id);
  return block;
}

void SimulatedWriters::FillContent(const Identity& identity, v1::SeriesBlock& block) {
  Prng& chance = stage_.chance();
  int64_t step = 1;
  for (int i = 0; i < metrics_[identity.metric].scale; ++i) step *= 10;
  // Halves and wholes: extrema and percentiles have ties.
  block.add_mantissas(chance.Chance(70) ? chance.Between(-3, 24) * std::max(step / 2, int64_t{1})
                                        : chance.Between(-300, 3000));
  block.add_entities(chance.Chance(60) ? absl::StrCat("p", chance.Below(4)) : "");
  const auto day = static_cast<int32_t>(identity.time_nano / 86'400'000'000'000);
  block.add_business_days(chance.Chance(15) ? day + static_cast<int32_t>(chance.Between(-2, 2))
                                            : kNoBusinessDay);
}

void SimulatedWriters::AddRow(const Identity& identity, v1::WriteSamplesRequest& request) {
  v1::SeriesBlock block = BlockOf(identity);
  FillContent(identity, block);
  *request.add_series() = std::move(block);
}

SimulatedRequest SimulatedWriters::MakeWrite() {
  Prng& chance = stage_.chance();
  v1::WriteSamplesRequest request;
  request.set_parent(Parent());
  const int64_t rows = chance.Between(1, 6);
  for (int64_t i = 0; i < rows; ++i) {
    if (!identities_.empty() && chance.Chance(35)) {
      AddRow(chance.Pick(identities_), request);
      continue;
    }
    identities_.push_back(
        MakeIdentity(static_cast<size_t>(chance.Below(static_cast<int64_t>(metrics_.size())))));
    AddRow(identities_.back(), request);
  }
  if (chance.Chance(10)) {
    *request.mutable_watermarks() = MakeWatermark().write->watermarks();
  }
  return {.write = std::move(request)};
}

SimulatedRequest SimulatedWriters::MakeRetraction() {
  Prng& chance = stage_.chance();
  v1::RetractSamplesRequest request;
  request.set_parent(Parent());
  request.set_reason("simulated");
  const int64_t rows = chance.Between(1, 4);
  for (int64_t i = 0; i < rows; ++i) {
    *request.add_series() = BlockOf(chance.Pick(identities_));
  }
  return {.retract = std::move(request)};
}

SimulatedRequest SimulatedWriters::MakeWatermark() {
  Prng& chance = stage_.chance();
  v1::WriteSamplesRequest request;
  request.set_parent(Parent());
  const int64_t lag_hours = chance.Chance(60) ? 3 : 60;
  const absl::Time through = stage_.now() - absl::Minutes(chance.Below(lag_hours * 60));
  const bool all = chance.Chance(50);
  const int64_t chosen = chance.Below(static_cast<int64_t>(metrics_.size()));
  for (size_t i = 0; i < metrics_.size(); ++i) {
    if (!all && static_cast<int64_t>(i) != chosen) continue;
    v1::Watermark& watermark = *request.add_watermarks();
    watermark.set_metric(metrics_[i].id);
    watermark.mutable_complete_through()->set_seconds(absl::ToUnixSeconds(through));
  }
  return {.write = std::move(request)};
}

void SimulatedWriters::Attempt(const std::shared_ptr<Exchange>& exchange) {
  if (exchange->done) return;
  FaultPlan& faults = stage_.faults();
  const auto deliver = [this, exchange] { Deliver(exchange); };
  if (!faults.Strikes(Fault::kRequestLost)) stage_.Send(stage_.now() + stage_.SomeDelay(), deliver);
  if (faults.Strikes(Fault::kRequestDuplicated)) {
    stage_.Send(stage_.now() + stage_.SomeDelay() + absl::Hours(stage_.chance().Below(48)),
                deliver);
  }
  const absl::Duration patience = absl::Minutes(stage_.chance().Between(5, 200));
  stage_.Send(stage_.now() + patience, [this, exchange] { Attempt(exchange); });
}

void SimulatedWriters::Deliver(const std::shared_ptr<Exchange>& exchange) {
  measurement_.Handle(exchange->request, [this, exchange](absl::StatusOr<v1::WriteResult> result) {
    if (stage_.faults().Strikes(Fault::kAcknowledgementLost)) return;
    stage_.Send(stage_.now() + stage_.SomeDelay(),
                [this, exchange, result] { Finish(exchange, result); });
  });
}

// Only an answer about the request itself ends it; the others say to try again.
void SimulatedWriters::Finish(const std::shared_ptr<Exchange>& exchange,
                              absl::StatusOr<v1::WriteResult> result) {
  if (exchange->done) return;
  if (!result.ok() && !absl::IsInvalidArgument(result.status())) return;
  exchange->done = true;
  --open_;
  if (result.ok()) {
    exchange->result = std::make_unique<v1::WriteResult>(*std::move(result));
    stage_.Count("request acknowledged");
  } else {
    stage_.Count("request refused");
    stage_.Trace(exchange->id, " is refused: ", result.status().ToString());
  }
}

void SimulatedWriters::CheckAcknowledged() {
  for (const auto& exchange : exchanges_) {
    if (exchange->result == nullptr) continue;
    bool answered = false;
    measurement_.Handle(exchange->request, [&](absl::StatusOr<v1::WriteResult> again) {
      answered = true;
      const v1::WriteResult& first = *exchange->result;
      // The clock may have gone back: what is now in the future was not then.
      if (absl::IsInvalidArgument(again.status())) return;
      const bool same = again.ok() && again->duplicate() && again->inserted() == first.inserted() &&
                        again->corrected() == first.corrected() &&
                        again->retracted() == first.retracted() &&
                        again->unchanged() == first.unchanged();
      if (same) return;
      stage_.Fail(absl::StrCat(exchange->id, " was acknowledged as ", first.ShortDebugString(),
                               " and is now ",
                               again.ok() ? again->ShortDebugString() : again.status().ToString()));
    });
    if (!answered) stage_.Fail("measurement does not answer after the faults have stopped");
  }
}

}  // namespace kpisuite
