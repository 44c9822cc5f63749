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
REASONS = ("EMPTY", "NOT_READY", "DIV0", "DOMAIN", "NOT_APPLICABLE", "NO_TARGET", "ZERO_TARGET")
STATUSES = ("EXCEEDED", "ON_TARGET", "WARNING", "OFF_TARGET", "NO_TARGET", "NO_DATA", "ERROR")
