"""Which parts of the contract random cases use. A feature that the product begins to serve is
turned on here, by one word."""

AGGREGATIONS = ("SUM", "COUNT", "COUNT_TRUE", "AVG", "MIN", "MAX", "FIRST", "LAST", "PERCENTILE",
                "MEDIAN", "COUNT_DISTINCT", "WEIGHTED_AVG", "STDDEV", "VAR",
                "TIME_WEIGHTED_AVG", "TIME_WEIGHTED_MEAN", "CONVERSION", "COHORT_RATIO",
                "LATEST_MANUAL")
WINDOWS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "TO_DATE", "TRAILING", "TRAILING_EXCLUDED",
           "CUMULATIVE")
REMEMBERED = tuple(kind for kind in WINDOWS if "TRAILING" not in kind)  # with revisions
CALENDARS = ("GREGORIAN", "FISCAL_MONTH_OFFSET", "FISCAL_4_4_5", "FISCAL_4_5_4", "FISCAL_5_4_4",
             "ISO_WEEK", "CUSTOM")
PRIORS = ("PREVIOUS_PERIOD", "SAME_PERIOD_LAST_YEAR", "SAME_WEEKDAY", "COMPARABLE")
COMPUTED_SHARE = 0.3  # of targets
RESULTS = ("SUM", "AVG", "MIN", "MAX", "FIRST", "LAST", "MEDIAN")  # of finished values
PARTNER_SHARE = 0.12  # of KPIs that get another one for their target to read
TARGETS = ("FIXED", "RANGE", "SCHEDULE", "PHASED_LINEAR", "ALLOCATED", "VS_PRIOR",
           "BASELINE_IMPROVEMENT", "FORMULA")
# Of inputs and cohorts: another period than the KPI's.
OFFSETS = (("previousPeriod", 1), ("previousPeriod", 1), ("previousPeriod", 2),
           ("samePeriodLastYear", 1), ("samePeriodLastYear", 2))
COMPARATORS = ("PREVIOUS_PERIOD", "SAME_PERIOD_LAST_YEAR", "SAME_WEEKDAY", "COMPARABLE",
               "PREVIOUS_PERIOD_PROPORTIONAL", "SAME_PERIOD_LAST_YEAR_PROPORTIONAL",
               "COMPARABLE_PROPORTIONAL", "HOLIDAY_ALIGNED", "PREVIOUS_PERIOD_2",
               "PREVIOUS_PERIOD_3_PROPORTIONAL", "SAME_PERIOD_LAST_YEAR_2", "SAME_WEEKDAY_2",
               "COMPARABLE_2", "HOLIDAY_ALIGNED_2")
# What comparisons must have shown; the comparators are those that had a value.
COMPARISONS = COMPARATORS + ("event", "freed", "cut", "CLIPPED", "PARTIAL", "BETTER", "WORSE",
                             "FLAT", "none", "NO_COMPARABLE", "NOT_READY", "NOT_AGGREGATABLE",
                             "EMPTY", "DIV0", "DOMAIN")
WEEK_53 = ("RESTATED", "SAME_NUMBER", "DROP_53")
BASES = ("FVP", "VARIANCE", "ACTUAL", "ATTAINMENT")
NO_DATA_POLICIES = ("NO_DATA", "TREAT_AS_ZERO", "OFF_TARGET")
CHANGES = ("in order", "late", "correction", "retraction", "move", "definition")
# Why values are withheld, and who is counted: persons or samples.
SUPPRESSION = ("few", "sibling", "parent", "comparison", "target")
# Methods of intervals, why there is none, and values that rest on too little.
SAMPLING = ("WILSON", "NPS", "STUDENT_T", "DOMAIN", "NOT_APPLICABLE", "LOW_N", "clamped")
# What became of final periods: locked by a decision or by themselves, with samples held out, of
# their own or behind a component, and of an open period that has final days.
# Also targets made of other KPIs, and those that would be others by now.
FINALITY = ("decided", "by itself", "held out", "released", "behind a component", "open",
            "kept target", "kept target moved")
# Of KPIs whose history is kept: the version of a state, and what lies across a break.
VERSIONS = ("earlier", "newest", "third", "break", "across", "operand", "final",
            "revised", "series", "silent series", "from what was open", "slice from what was open")
# Of slices when there are too many: the rest, and one of its own next to it.
ROSTER = ("other", "own", "other withheld")
# Of slices of levels: the views, and whether a sample of theirs belongs elsewhere in the other one.
# Also a filter that sees levels, and a target that is one of a slice above.
LEVELS = ("AS_IS", "AS_WAS", "AS_IS moved", "AS_WAS moved", "AS_IS withheld", "AS_IS filter",
          "AS_WAS filter", "AS_IS target", "AS_WAS target")
# Whether what a target is frozen from is still the same, and whether it is one of a slice.
FROZEN = ("same", "moved", "slice same", "slice moved")
LEAST_SHARE = 0.12  # of KPIs that say how many people must be behind a value
PERSONAL_SHARE = 0.03  # of metrics
EXPRESSION_SHARE = 0.12  # of inputs
EXPRESSIONS = ("value", "weight", "weighted", "left out", "scale")
# The others cannot come up: no sum leaves 128 bits, and what can be INCOMPLETE is a roll-up.
REASONS = ("EMPTY", "NOT_READY", "DIV0", "DOMAIN", "NOT_APPLICABLE", "NO_TARGET", "ZERO_TARGET",
           "NO_COMPARABLE", "INPUT_ERROR", "PENDING", "SUPPRESSED")
# Of charts, direction of travel and hysteresis.
SERIES = ("OUT_HIGH", "OUT_LOW", "TREND_UP", "TREND_DOWN", "NEAR_HIGH", "NEAR_LOW", "SHIFT_HIGH",
          "SHIFT_LOW", "COMMON_CAUSE", "IMPROVEMENT_HIGH", "IMPROVEMENT_LOW", "CONCERN_HIGH",
          "CONCERN_LOW", "NEUTRAL_HIGH", "NEUTRAL_LOW", "MIXED", "NO_DATA", "TOO_FEW_POINTS",
          "CONSISTENT_PASS", "CONSISTENT_FAIL", "HIT_OR_MISS", "IMPROVING", "WORSENING", "RISING",
          "FALLING", "NO_EVIDENCE", "NHS_MDC", "WHEELER", "SERVICENOW", "MEDIAN", "rebase",
          "excluded", "proposal", "kept", "worse", "better", "held back",
          "KEEP_LAST")
# Of open periods: profiles, methods, why it is too early, what there is.
PACE = ("CALENDAR", "WORKING_DAYS", "HISTORY", "EXPLICIT", "BENKTANDER", "CHAIN_LADDER",
        "MEAN_BLEND", "MEAN_TO_DATE", "LAST_WITH_DRIFT", "LAST_VALUE", "NONE", "MIXED",
        "too early: SHARE", "too early: HISTORY", "too early: INTERVAL", "interval",
        "probability", "prior", "index", "rate", "to date: ON_TARGET", "to date: OFF_TARGET",
        "projected: ON_TARGET", "projected: OFF_TARGET")
# Members that stop reporting, also where something is held out that would be a report.
MEMBERS = ("missing", "missing below", "missing below, held out")
STATUSES = ("EXCEEDED", "ON_TARGET", "WARNING", "OFF_TARGET", "NO_TARGET", "TOO_EARLY", "NO_DATA",
            "ERROR")
