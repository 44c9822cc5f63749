"""Which parts of the contract random cases use. A feature that the product begins to serve is
turned on here, by one word."""

AGGREGATIONS = ("SUM", "COUNT", "COUNT_TRUE", "AVG", "MIN", "MAX", "FIRST", "LAST", "PERCENTILE",
                "MEDIAN", "COUNT_DISTINCT", "WEIGHTED_AVG", "STDDEV", "VAR",
                "TIME_WEIGHTED_AVG", "TIME_WEIGHTED_MEAN", "CONVERSION", "COHORT_RATIO",
                "LATEST_MANUAL")
WINDOWS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "TO_DATE", "TRAILING", "TRAILING_EXCLUDED",
           "CUMULATIVE")
CALENDARS = ("GREGORIAN", "FISCAL_MONTH_OFFSET", "FISCAL_4_4_5", "FISCAL_4_5_4", "FISCAL_5_4_4",
             "ISO_WEEK", "CUSTOM")
TARGETS = ("FIXED", "RANGE", "SCHEDULE", "PHASED_LINEAR", "ALLOCATED")
BASES = ("FVP", "VARIANCE", "ACTUAL", "ATTAINMENT")
NO_DATA_POLICIES = ("NO_DATA", "TREAT_AS_ZERO", "OFF_TARGET")
CHANGES = ("in order", "late", "correction", "retraction", "move", "definition")
# The others cannot come up: nothing is SUPPRESSED without a least denominator, values of other
# periods are PENDING in targets that are not drawn, no sum leaves 128 bits, and what can be
# INCOMPLETE or NOT_AGGREGATABLE is a roll-up or a comparison.
REASONS = ("EMPTY", "NOT_READY", "DIV0", "DOMAIN", "NOT_APPLICABLE", "NO_TARGET", "ZERO_TARGET",
           "NO_COMPARABLE", "INPUT_ERROR")
# Of charts, direction of travel and hysteresis.
SERIES = ("OUT_HIGH", "OUT_LOW", "TREND_UP", "TREND_DOWN", "NEAR_HIGH", "NEAR_LOW", "SHIFT_HIGH",
          "SHIFT_LOW", "COMMON_CAUSE", "IMPROVEMENT_HIGH", "IMPROVEMENT_LOW", "CONCERN_HIGH",
          "CONCERN_LOW", "NEUTRAL_HIGH", "NEUTRAL_LOW", "MIXED", "NO_DATA", "TOO_FEW_POINTS",
          "CONSISTENT_PASS", "CONSISTENT_FAIL", "HIT_OR_MISS", "IMPROVING", "WORSENING", "RISING",
          "FALLING", "NO_EVIDENCE", "NHS_MDC", "WHEELER", "SERVICENOW", "MEDIAN", "rebase",
          "excluded", "proposal", "kept", "worse", "better", "held back")
STATUSES = ("EXCEEDED", "ON_TARGET", "WARNING", "OFF_TARGET", "NO_TARGET", "NO_DATA", "ERROR")
