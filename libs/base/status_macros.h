// RETURN_IF_ERROR and ASSIGN_OR_RETURN: early return for absl::Status and absl::StatusOr.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define KPISUITE_CONCAT_INNER(a, b) a##b
#define KPISUITE_CONCAT(a, b) KPISUITE_CONCAT_INNER(a, b)

// Evaluates `expr` (an absl::Status) once; returns it from the enclosing function when not ok.
#define RETURN_IF_ERROR(expr)                                                \
  do {                                                                       \
    if (::absl::Status KPISUITE_CONCAT(return_if_error_, __LINE__) = (expr); \
        !KPISUITE_CONCAT(return_if_error_, __LINE__).ok()) {                 \
      return KPISUITE_CONCAT(return_if_error_, __LINE__);                    \
    }                                                                        \
  } while (false)

// Evaluates `expr` (an absl::StatusOr) once; returns its status when not ok, else moves the value
// into `lhs`, which may declare a variable. Expands to several statements: use it inside braces.
#define ASSIGN_OR_RETURN(lhs, expr) \
  KPISUITE_ASSIGN_OR_RETURN_INNER(KPISUITE_CONCAT(assign_or_return_, __LINE__), lhs, expr)

#define KPISUITE_ASSIGN_OR_RETURN_INNER(result, lhs, expr) \
  auto result = (expr);                                    \
  if (!result.ok()) return std::move(result).status();     \
  lhs = *std::move(result)
