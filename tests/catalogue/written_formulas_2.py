"""Operations, manufacturing, people, retail, technology and more: see written_formulas_1.py."""

from decimal import Decimal

from written_formulas_1 import dio, dpo, dso, nps, stayed


def share(alias):
    """What is true of all there is."""
    return lambda d: d.count(alias, bool) / d.count(alias)


def ratio(above, below):
    return lambda d: d.sum(above) / d.sum(below)


def turns(flow):
    return lambda d: d.sum(flow) / d.mean_level("inventory") * 365 / d.days


def oee(d):
    return d.sum("good_run") / d.sum("pbt")


def turnover(d):
    return d.sum("separations") / d.mean_level("headcount")


# Specification limits of every capability in these tests.
USL, LSL = Decimal(2000), Decimal(-3)


def sigma(d):
    return d.avg("moving_range") / Decimal("1.128")


FORMULAS = {
    "scm.perfect_order": share("orders"),
    "scm.otif": share("lines"),
    "scm.on_time": share("deliveries"),
    "scm.supplier_ot": share("receipts"),
    "scm.oft": lambda d: d.sum("cycle") / d.count("cycle"),
    "scm.oft_median": lambda d: d.percentile("cycle", 50),
    "scm.fill_rate": ratio("shipped", "ordered"),
    "scm.backorder": ratio("backorders", "lines"),
    "scm.inv_turns": turns("cogs"),
    "scm.dos": lambda d: d.last("inventory") / (d.sum("demand") / d.days),
    "scm.accuracy": share("locations"),
    "scm.bias": lambda d: (d.sum("forecast") - d.sum("actual")) / d.sum("actual"),
    "scm.c2c": lambda d: dio(d) + dso(d) - dpo(d),
    "ops.cycle_time": lambda d: d.percentile("cycle", 50),
    "ops.lead_time": lambda d: d.percentile("lead", 50),
    "ops.throughput": lambda d: d.sum("finished") / d.days,
    "ops.wip": lambda d: d.last("wip"),
    "ops.utilisation": ratio("output", "capacity"),
    "ops.schedule": share("orders"),
    "ops.copq": lambda d: (d.sum("internal_failure") + d.sum("external_failure"))
    / d.sum("revenue"),
    "ops.ppm": lambda d: d.sum("defective") / d.sum("units") * 10**6,
    "ops.cost_unit": ratio("cost", "good"),
    "ops.productivity": ratio("output", "hours"),
    "ops.productivity_value": ratio("value_added", "hours"),
    "ops.downtime": ratio("stops", "planned"),
    "ops.defects": share("units"),
    "iso.worker_eff": ratio("apwt", "apat"),
    "iso.allocation": ratio("aubt", "aoet"),
    "iso.throughput": ratio("pq", "aoet"),
    "iso.alloc_eff": ratio("aubt", "pbt"),
    "iso.util_eff": ratio("apt", "aubt"),
    "iso.availability": ratio("apt", "pbt"),
    "iso.effectiveness": ratio("planned_run", "apt"),
    "iso.quality": ratio("gq", "pq"),
    "iso.oee": oee,
    "iso.nee": lambda d: (d.sum("aupt") / d.sum("pbt")) * (d.sum("planned_run") / d.sum("apt"))
    * (d.sum("good_run") / d.sum("planned_run")),
    "iso.setup": ratio("aust", "aupt"),
    "iso.tech_eff": lambda d: d.sum("apt") / (d.sum("apt") + d.sum("adet")),
    "iso.process_rate": ratio("apt", "aoet"),
    "iso.scrap_plan": ratio("sq", "psq"),
    "iso.fpy": ratio("gp", "ip"),
    "iso.scrap": ratio("sq", "pq"),
    "iso.rework": ratio("rq", "pq"),
    "iso.falloff": ratio("sq", "pq_first"),
    "iso.cm": lambda d: (USL - LSL) / (6 * d.deviation("measure")),
    "iso.cmk": lambda d: min(USL - d.avg("measure"), d.avg("measure") - LSL)
    / (3 * d.deviation("measure")),
    "iso.cp": lambda d: (USL - LSL) / (6 * sigma(d)),
    "iso.cpk": lambda d: min((USL - d.avg("measure")) / (3 * sigma(d)),
                             (d.avg("measure") - LSL) / (3 * sigma(d))),
    "iso.energy": ratio("energy", "pq"),
    "iso.inv_turns": turns("throughput"),
    "iso.finished": ratio("gq", "cm"),
    "iso.integrated": ratio("igq", "cm"),
    "iso.prod_loss": ratio("pl", "cm"),
    "iso.st_loss": ratio("stl", "cm"),
    "iso.other_loss": ratio("ol", "cm"),
    "iso.load": ratio("pq", "capacity"),
    "iso.mtbf": ratio("operating", "failures"),
    "iso.mttf": lambda d: d.sum("to_failure") / d.count("to_failure"),
    "iso.mttr": lambda d: d.sum("repair") / d.count("repair"),
    "iso.corrective": lambda d: d.sum("cmt") / (d.sum("cmt") + d.sum("pmt")),
    "mfg.teep": lambda d: oee(d) * d.sum("pbt") / d.sum("calendar"),
    "hr.turnover": turnover,
    "hr.voluntary": turnover,
    "hr.regretted": turnover,
    "hr.early": lambda d: d.conversion("hires", 365),
    "hr.retention": stayed("employees"),
    "hr.absence": lambda d: d.sum("absence") / (d.mean_level("headcount") * d.working_days),
    "hr.time_to_fill": lambda d: d.percentile("time_to_fill", 50),
    "hr.time_to_hire": lambda d: d.percentile("time_to_hire", 50),
    "hr.cost_hire": lambda d: (d.sum("internal_cost") + d.sum("external_cost")) / d.sum("hires"),
    "hr.offer_accept": lambda d: d.conversion("offers", 30),
    "hr.enps": nps,
    "hr.engagement": ratio("top_answers", "answers"),
    "hr.esat": lambda d: d.count("answers", lambda v: v in (4, 5)) / d.count("answers"),
    "hr.training": lambda d: d.sum("training") / d.mean_level("fte"),
    "hr.training_eff": lambda d: d.avg("gain"),
    "hr.training_eff_pass": share("participants"),
    "hr.mobility": ratio("filled_internally", "filled"),
    "hr.vacancy": lambda d: d.last("open_positions") / d.last("positions"),
    "hr.overtime": ratio("overtime", "worked"),
    "hr.pay_gap": lambda d: (d.percentile("pay_men", 50) - d.percentile("pay_women", 50))
    / d.percentile("pay_men", 50),
    "hr.span": lambda d: d.last("employees") / d.last("managers"),
    "hr.hcroi": lambda d: (d.sum("revenue") - (d.sum("opex") - d.sum("people_cost")))
    / d.sum("people_cost"),
    "saf.trir": lambda d: d.sum("cases") * 200_000 / d.sum("hours"),
    "saf.dart": lambda d: (d.sum("away_cases") + d.sum("restricted_cases")) * 200_000
    / d.sum("hours"),
    "saf.ltifr": lambda d: d.sum("injuries") * 1_000_000 / d.sum("hours"),
    "saf.severity": lambda d: d.sum("lost_days") * 200_000 / d.sum("hours"),
    "saf.near_miss": lambda d: d.sum("reports") * 200_000 / d.sum("hours"),
    "ret.comp_sales": lambda d: (d.sum("sales") - d.last_year().sum("sales"))
    / d.last_year().sum("sales"),
    "ret.sales_area": lambda d: d.sum("net_sales") / d.mean_level("area"),
    "ret.conversion": ratio("transactions", "footfall"),
    "ret.footfall": lambda d: d.sum("visitors"),
    "ret.atv": ratio("net_sales", "transactions"),
    "ret.upt": ratio("units", "transactions"),
    "ret.gmroi": turns("gross_margin"),
    "ret.sell_through": lambda d: d.sum("sold") / (d.before(1).last("stock") + d.sum("received")),
    "ret.stock_turn": turns("cogs"),
    "ret.weeks_supply": lambda d: d.last("stock") / (d.sum("sales") / (d.days / 7)),
    "ret.stockout": share("listed"),
    "ret.shrink": lambda d: (d.sum("book") - d.sum("counted")) / d.sum("net_sales"),
    "ret.return_rate": lambda d: d.conversion("units", 90),
    "ret.markdown": ratio("markdown", "net_sales"),
    "ret.basket_loyal": ratio("member_sales", "sales"),
    "ret.cart_abandon": lambda d: 1 - d.sum("orders") / d.sum("carts"),
    "dora.deploy_freq": lambda d: d.count("deployments") / d.days,
    "dora.lead_time": lambda d: d.percentile("lead", 50),
    "dora.cfr": share("deployments"),
    "dora.rework": share("deployments"),
    "dora.mttr": lambda d: d.percentile("recovery", 50),
    "it.availability": lambda d: 1 - d.sum("downtime") / (d.sum("period") - d.sum("maintenance")),
    "it.slo_budget": lambda d: 1 - d.count("events", bool)
    / ((1 - Decimal("0.999")) * d.count("events")),
    "it.incidents": lambda d: d.count("incidents"),
    "it.cost_user": lambda d: d.sum("cost") / d.mean_level("users"),
    "prj.cpi": lambda d: d.ever().sum("earned") / d.ever().sum("actual_cost"),
    "prj.spi": lambda d: d.ever().sum("earned") / d.ever().sum("planned"),
    "prj.on_time": share("milestones"),
    "prj.completion": share("projects"),
    "esg.emission": lambda d: (d.sum("scope_1") + d.sum("scope_2")) / d.sum("revenue"),
    "esg.emission_unit": lambda d: (d.sum("scope_1") + d.sum("scope_2")) / d.sum("output"),
    "esg.energy": ratio("energy", "good"),
    "esg.waste": ratio("recycled", "waste"),
    "data.freshness": share("partitions"),
    "hlt.alos": lambda d: d.sum("stay") / d.count("stay"),
    "hlt.readmit": lambda d: d.conversion("discharges", 30),
    "hlt.bed_occ": ratio("occupied", "available"),
    "hlt.wait": lambda d: d.last("within") / d.last("waiting"),
    "edu.completion": lambda d: d.conversion("learners", 365),
    "edu.dropout": lambda d: d.conversion("learners", 365),
}
