"""The table of what happened."""

MOST_SHOWN = 10
GAPS = ("acks", "reads", "reads of own writes", "rounds of the probe", "states watched",
        "definitions applied")


def by_kind(faults):
    kinds = {}
    for fault in faults:
        kinds.setdefault(fault.kind, []).append(fault)
    return sorted(kinds.items())


def show(ledger, seed):
    print(f"\n{'what':52}{'number':>9}{'longest gap':>14}")
    for what in GAPS:
        print(f"{what:52}{ledger.counts[what]:9}{ledger.longest[what]:12.2f} s")
    for what in sorted(ledger.counts):
        if what not in GAPS and what != "violations":
            print(f"{what:52}{ledger.counts[what]:9}")
    print(f"\n{'fault':52}{'number':>9}{'broken, most':>14}{'all read, most':>16}")
    for kind, faults in by_kind(ledger.faults):
        broken = max(fault.mended - fault.began for fault in faults)
        read = [fault.taken_over - fault.began for fault in faults if fault.taken_over]
        shown = f"{max(read):14.2f} s" if len(read) == len(faults) else f"{'never':>16}"
        print(f"{kind:52}{len(faults):9}{broken:12.2f} s{shown}")
    print(f"\nseed {seed}: {ledger.counts['violations']} violations")
    for violation in ledger.violations[:MOST_SHOWN]:
        print(f"VIOLATION {violation}")
