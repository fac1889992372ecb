from tieout.domain.people import Role
from tieout.store import cases


def test_shoot(site, page_as):
    with site.house.application.store.scope(None) as c:
        all_open = cases.open_cases(c)
    by = {}
    for case in all_open:
        by.setdefault(case.code, case)
    print({code: (case.id, case.owner) for code, case in by.items()})
    roles = {"finance": Role.FINANCE, "operations": Role.OPERATIONS, "customer experience": Role.CUSTOMER_SERVICE, "integration": Role.INTEGRATION_OPERATOR}
    for code, case in by.items():
        for theme in ("light", "dark") if code in ("VAT_CODE_MISSING", "REFUND_NE_INVOICE") else ("light",):
            v = page_as(roles.get(case.owner, Role.FINANCE), theme=theme)
            v.go(f"/exceptions/{case.id}")
            v.page.screenshot(path=f"/tmp/shots_desk/{code}-{theme}.png", full_page=True)
    one = by["REFUND_NE_INVOICE"]
    v = page_as(Role.FINANCE)
    v.page.set_viewport_size({"width": 360, "height": 800})
    v.go(f"/exceptions/{one.id}")
    v.page.screenshot(path="/tmp/shots_desk/narrow.png", full_page=True)
    v = page_as(Role.FINANCE)
    v.go(f"/exceptions/{by['VAT_CODE_MISSING'].id}")
    v.page.get_by_role("link", name="What would happen").click()
    v.page.wait_for_selector("#would")
    v.page.screenshot(path="/tmp/shots_desk/preview.png", full_page=True)
    v.go("/exceptions?state=open&owner=finance")
    v.page.locator(".pick").first.check()
    v.page.locator("select#act").select_option("accept")
    v.page.get_by_role("button", name="Go on").click()
    v.page.wait_for_selector("h1")
    v.page.screenshot(path="/tmp/shots_desk/confirm.png", full_page=True)
    v.go("/exceptions?state=open&owner=finance")
    v.page.locator("input[name=all]").check() if v.page.locator("input[name=all]").count() else v.page.locator(".pick-all").check()
    v.page.locator("select#act").select_option("retry")
    v.page.get_by_role("button", name="Go on").click()
    v.page.wait_for_selector("#go")
    v.page.locator("#go button.primary").click()
    v.page.wait_for_selector("#progress")
    v.page.screenshot(path="/tmp/shots_desk/bulk.png", full_page=True)
