// RowDigest: what rows are in a table, whatever their order.
#pragma once

#include <cstdint>
#include <string>

#include "services/migrate/copy_plan.h"

namespace kpisuite {

// Two tables with the same rows have the same digest; others differ but for a chance of 2^-64.
class RowDigest {
 public:
  void Add(const CopiedRow& row);
  int64_t rows() const { return rows_; }

  friend bool operator==(const RowDigest& a, const RowDigest& b) {
    return a.rows_ == b.rows_ && a.sum_ == b.sum_;
  }

 private:
  int64_t rows_ = 0;
  uint64_t sum_ = 0;  // of the hashes of the rows, modulo 2^64
  std::string bytes_;
};

}  // namespace kpisuite
