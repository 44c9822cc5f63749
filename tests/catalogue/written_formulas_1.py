"""Finance, subscriptions, customers and support: the written formula of each template.

Each function takes a `Data` (data.py) and follows the text of the catalogue, not the formula that
the template gives to the services.
"""

from decimal import Decimal


def dio(d):
    return d.mean_level("inventory") / d.sum("cogs") * d.days


def dso(d):
    return d.last("receivables") / d.sum("credit_sales") * d.days


def dpo(d):
    return d.last("payables") / d.sum("cogs") * d.days


def growth(now, before):
    return (now - before) / abs(before)


def net_burn(d):
    return d.sum("cash_out") - d.sum("cash_in")


def runway(d):
    burn = net_burn(d.trailing_months(3)) / 3
    return d.last("cash") / burn if burn > 0 else None


def gross_margin(d):
    return (d.sum("revenue") - d.sum("cogs")) / d.sum("revenue")


def arpa(d):
    return d.last("mrr") / d.last("accounts")


def movements(d):
    gained = d.sum("new") + d.sum("expansion") + d.sum("reactivation")
    return gained - d.sum("contraction") - d.sum("churned")


def gross_retention(d, periods):
    """(opening - contraction - churned)/opening over the customers of the start."""
    then, now = d.before(periods).by_entity("mrr"), d.by_entity("mrr")
    opening = sum(then.values())
    churned = sum(value for entity, value in then.items() if entity not in now)
    contraction = sum(max(value - now[entity], 0) for entity, value in then.items()
                      if entity in now)
    return (opening - contraction - churned) / opening


def net_retention(d, periods):
    """(opening + expansion - contraction - churned)/opening over the customers of the start."""
    then, now = d.before(periods).by_entity("mrr"), d.by_entity("mrr")
    expansion = sum(max(now.get(entity, 0) - value, 0) for entity, value in then.items())
    return gross_retention(d, periods) + expansion / sum(then.values())


def stayed(alias):
    """Those of the start still there at the end, by those of the start."""
    def share(d):
        then, now = d.before(1).by_entity(alias), d.by_entity(alias)
        return Decimal(len(then.keys() & now.keys())) / len(then)
    return share


def cac(d):
    return d.before(1).sum("cost") / d.sum("new_customers")


def ltv(d):
    months = d.trailing_months(3)
    churn = months.sum("customers_lost") / months.sum("customers_start")
    return arpa(d) * gross_margin(d) / churn


def nps(d):
    promoters = d.count("answers", lambda v: v in (9, 10))
    detractors = d.count("answers", lambda v: 0 <= v <= 6)
    return 100 * (promoters - detractors) / d.count("answers")


FORMULAS = {
    "fin.revenue": lambda d: d.sum("gross_sales") - d.sum("returns") - d.sum("discounts")
    - d.sum("allowances"),
    "fin.revenue_growth": lambda d: growth(d.sum("revenue"), d.before(1).sum("revenue")),
    "fin.revenue_growth_yoy": lambda d: growth(d.sum("revenue"), d.last_year().sum("revenue")),
    "fin.gross_profit": lambda d: d.sum("revenue") - d.sum("cogs"),
    "fin.gross_margin": gross_margin,
    "fin.operating_margin": lambda d: d.sum("ebit") / d.sum("revenue"),
    "fin.ebitda_margin": lambda d: (d.sum("ebit") + d.sum("depreciation") + d.sum("amortisation"))
    / d.sum("revenue"),
    "fin.net_margin": lambda d: d.sum("net_income") / d.sum("revenue"),
    "fin.opex_ratio": lambda d: d.sum("opex") / d.sum("revenue"),
    "fin.cost_income": lambda d: d.sum("operating_cost") / d.sum("operating_income"),
    "fin.ocf_margin": lambda d: d.sum("ocf") / d.sum("revenue"),
    "fin.fcf": lambda d: d.sum("ocf") - d.sum("capex"),
    "fin.current_ratio": lambda d: d.last("current_assets") / d.last("current_liabilities"),
    "fin.quick_ratio": lambda d: (d.last("cash") + d.last("securities") + d.last("receivables"))
    / d.last("current_liabilities"),
    "fin.dso": dso,
    "fin.dso_avg": lambda d: d.mean_level("receivables") / d.sum("credit_sales") * d.days,
    "fin.dpo": dpo,
    "fin.dio": dio,
    "fin.ccc": lambda d: dio(d) + dso(d) - dpo(d),
    "fin.ar_overdue": lambda d: d.last("overdue") / d.last("receivables"),
    "fin.debt_equity": lambda d: d.last("debt") / d.last("equity"),
    "fin.interest_cover": lambda d: d.sum("ebit") / d.sum("interest"),
    "fin.roa": lambda d: d.sum("net_income") / d.mean_level("assets"),
    "fin.roe": lambda d: d.sum("net_income") / d.mean_level("equity"),
    "fin.roe_dupont": lambda d: (d.sum("net_income") / d.sum("revenue"))
    * (d.sum("revenue") / d.mean_level("assets"))
    * (d.mean_level("assets") / d.mean_level("equity")),
    "fin.roce": lambda d: d.sum("ebit") / (d.last("assets") - d.last("current_liabilities")),
    "fin.roi": lambda d: (d.sum("gain") - d.sum("cost")) / d.sum("cost"),
    "fin.budget_variance": lambda d: growth(d.sum("actual"), d.sum("budget")),
    "fin.budget_variance_cost": lambda d: growth(d.sum("actual"), d.sum("budget")),
    "fin.forecast_accuracy": lambda d: 1 - d.sum("absolute_error") / d.sum("actual"),
    "fin.net_burn": net_burn,
    "fin.runway": runway,
    "fin.revenue_per_fte": lambda d: d.sum("revenue") / d.mean_level("fte"),
    "fin.cost_reduction": lambda d: d.sum("saving"),
    "saas.mrr": lambda d: d.last("mrr"),
    "saas.mrr_bridge": lambda d: d.before(1).last("mrr") + movements(d),
    "saas.net_new_mrr": movements,
    "saas.arr": lambda d: d.last("mrr") * 12,
    "saas.arpa": arpa,
    "saas.logo_churn": lambda d: 1 - stayed("customers")(d),
    "saas.gross_churn": lambda d: (d.sum("churned") + d.sum("contraction"))
    / d.before(1).last("mrr"),
    "saas.nrr": lambda d: net_retention(d, 1),
    "saas.nrr_t12m": lambda d: net_retention(d, 12),
    "saas.grr": lambda d: gross_retention(d, 1),
    "saas.grr_t12m": lambda d: gross_retention(d, 12),
    "saas.quick_ratio": lambda d: (d.sum("new") + d.sum("expansion"))
    / (d.sum("churned") + d.sum("contraction")),
    "saas.cac": cac,
    "saas.ltv": ltv,
    "saas.ltv_cac": lambda d: ltv(d) / cac(d),
    "saas.cac_payback": lambda d: cac(d) / (arpa(d) * gross_margin(d)),
    "saas.magic_number": lambda d: 4 * (d.sum("revenue") - d.before(1).sum("revenue"))
    / d.before(1).sum("cost"),
    "saas.magic_number_arr": lambda d: (12 * d.last("mrr") - 12 * d.before(1).last("mrr"))
    / d.before(1).sum("cost"),
    "saas.burn_multiple": lambda d: d.sum("net_burn") / d.sum("net_new_arr"),
    "saas.rule_of_40": lambda d: 100 * (growth(d.sum("revenue"), d.last_year().sum("revenue"))
                                        + d.sum("profit") / d.sum("revenue")),
    "saas.rule_of_40_fcf": lambda d: 100 * (growth(d.sum("revenue"), d.last_year().sum("revenue"))
                                            + d.sum("fcf") / d.sum("revenue")),
    "saas.stickiness": lambda d: d.avg("daily_active") / d.distinct("activity"),
    "saas.activation": lambda d: d.conversion("signups", 14),
    "saas.trial_conv": lambda d: d.conversion("trials", 30),
    "saas.feature_adoption": lambda d: d.distinct("feature_use") / d.distinct("activity"),
    "cus.nps": nps,
    "cus.csat": lambda d: d.count("ratings", lambda v: v in (4, 5)) / d.count("ratings"),
    "cus.ces": lambda d: d.sum("answers") / d.count("answers"),
    "cus.ces_effort": lambda d: d.sum("answers") / d.count("answers"),
    "cus.retention": stayed("customers"),
    "cus.repeat_rate": lambda d: d.distinct("orders", lambda v: v >= 2) / d.distinct("orders"),
    "cus.response_rate": lambda d: d.sum("responses") / d.sum("invitations"),
    "cus.complaint_rate": lambda d: 1000 * d.sum("complaints") / d.sum("orders"),
    "cus.market_share": lambda d: d.sum("own_sales") / d.sum("market_sales"),
    "mkt.cvr": lambda d: d.sum("conversions") / d.sum("visits"),
    "mkt.cvr_visitors": lambda d: d.sum("conversions") / d.distinct("visits"),
    "mkt.cpl": lambda d: d.sum("cost") / d.sum("leads"),
    "mkt.roas": lambda d: d.sum("attributed_revenue") / d.sum("ad_cost"),
    "mkt.cac_share": lambda d: d.sum("marketing") / (d.sum("sales") + d.sum("marketing")),
    "mkt.traffic": lambda d: d.count("sessions"),
    "mkt.engagement": lambda d: (d.sum("likes") + d.sum("comments") + d.sum("shares")
                                 + d.sum("clicks")) / d.sum("impressions"),
    "sal.lead_opp": lambda d: d.conversion("leads", 30),
    "sal.win_rate": lambda d: d.count("closed", bool)
    / (d.count("closed", bool) + d.count("closed", lambda v: v == 0)),
    "sal.win_rate_value": lambda d: d.sum("won") / (d.sum("won") + d.sum("lost")),
    "sal.cycle": lambda d: d.percentile("cycle", 50),
    "sal.aov": lambda d: d.sum("revenue") / d.sum("orders"),
    "sal.funnel_revenue": lambda d: d.sum("visitors") * (d.sum("orders") / d.sum("visitors"))
    * (d.sum("revenue") / d.sum("orders")),
    "sal.quota": lambda d: d.sum("booked") / d.sum("quota"),
    "sal.coverage": lambda d: d.last("pipeline") / (d.sum("quota") - d.sum("booked"))
    if d.sum("quota") > d.sum("booked") else None,
    "sal.velocity": lambda d: d.count("opportunities")
    * (d.count("closed", bool) / d.count("closed")) * d.avg("deal_value") / d.avg("cycle"),
    "sup.frt": lambda d: d.percentile("reply", 50),
    "sup.frt_p90": lambda d: d.percentile("reply", 90),
    "sup.ttr": lambda d: d.percentile("resolution", 50),
    "sup.aht": lambda d: (d.sum("talk") + d.sum("hold") + d.sum("wrap")) / d.sum("contacts"),
    "sup.fcr": lambda d: 1 - d.conversion("contacts", 7),
    "sup.service_level": lambda d: d.count("wait", lambda v: v <= 20) / d.sum("offered"),
    "sup.asa": lambda d: d.sum("wait") / d.count("wait"),
    "sup.abandon": lambda d: d.sum("abandoned") / d.sum("offered"),
    "sup.occupancy": lambda d: d.sum("handle") / (d.sum("handle") + d.sum("available")),
    "sup.transfer": lambda d: d.sum("transferred") / d.sum("handled"),
    "sup.backlog": lambda d: d.last("open"),
    "sup.backlog_age": lambda d: d.last("old") / d.last("open"),
    "sup.reopen": lambda d: d.conversion("tickets", 14),
    "sup.sla": lambda d: d.count("due", bool) / d.count("due"),
    "sup.cost_contact": lambda d: d.sum("cost") / d.sum("contacts"),
    "sup.deflection": lambda d: d.sum("self_service") / (d.sum("self_service") + d.sum("assisted")),
    "sup.qa": lambda d: d.sum("scored") / d.sum("possible"),
    "sup.resolution": lambda d: d.conversion("tickets", 7),
}
