#pragma once

#include "libs/kpi/aggregate_collection.h"
#include "libs/kpi/wide_integer.h"

namespace kpisuite {

// WEIGHTED_AVG: exact sums of w x and of w. The weights' scale cancels out. Negative weights count
// as they are (a credit note takes its quantity back). sum w = 0 is ND(DIV0). A sample without a
// weight is no sample of weight 1: while there is one the value is ND(INPUT_ERROR), never a number
// that leaves it out.
class WeightedSums final : public AggregateCollection {
 public:
  explicit WeightedSums(const AggregationSpec& spec) : scale_(spec.scale) {}

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override;
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  AggregateResult Finalise(uint64_t n) const override;
  size_t AllocatedBytes() const override { return sizeof(*this); }
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

 private:
  bool IsPossible() const;

  uint8_t scale_;
  uint64_t weighted_ = 0;  // samples with a weight
  uint64_t missing_ = 0;   // samples without
  Int128 weights_ = 0;     // at most 2^62 of 64 bits
  Int256 products_;        // at most 2^62 of 126 bits
};

// STDDEV, VAR of a sample: n, sum x, sum x^2, exactly. n sum x^2 - (sum x)^2 is an integer below
// 2^251; only it is converted, then divided by n (n - 1), the square root comes last. Fewer than
// two samples are ND(EMPTY).
class PowerSums final : public AggregateCollection {
 public:
  explicit PowerSums(const AggregationSpec& spec)
      : scale_(spec.scale), root_(spec.kind == AggregationKind::kStandardDeviation) {}

  std::unique_ptr<AggregateCollection> Clone() const override;
  void Add(const SampleView& sample) override;
  bool Remove(const SampleView& sample) override;
  void Merge(const AggregateCollection& other) override;
  AggregateResult Finalise(uint64_t n) const override;
  size_t AllocatedBytes() const override { return sizeof(*this); }
  void Write(WireWriter& writer) const override;
  absl::Status Read(WireReader& reader, uint64_t n) override;

 private:
  // n sum x^2 - (sum x)^2.
  Int256 Spread() const;
  bool IsPossible() const;

  uint8_t scale_;
  bool root_;
  uint64_t n_ = 0;
  Int128 sum_ = 0;
  Int256 squares_;
};

}  // namespace kpisuite
