"""The web console and the JSON API.

How a page is added, by the example of `pages/accounts.py` and `templates/accounts/`:

1. A module in `pages/` with `router = APIRouter()`. `app.py` includes it; `navigation.py` names it in the menu, with
   the permission that it needs.
2. Every route takes a `Visit` from `need(Permission...)`, and `tests/console/test_routes.py` fails for one that does
   not. Handlers are plain functions (they run in threads): gather inside `with visit.scope() as c:`, decide, render.
   `visit.scope()` sees the companies that the visitor may see, or the one chosen by `?company=`; for a record that is
   known by a number use `visit.find(...)`.
3. `visit.page("accounts/list.html", ...)` renders a whole page. Give `partial="accounts/_table.html"` where htmx
   swaps a part: one address, one function, two templates, the whole including the part.
4. What changes something is a form that is posted: the handler takes `fields: Annotated[Fields, Depends(posted)]`,
   calls a function of `processes/` (which checks who may, writes the audit, and raises `NotPossible` with a sentence),
   and answers `visit.done("Said what was done.", to="/where")`, a 303 with a message that the next page shows once.
   Errors in what was typed: `visit.page(..., status=422, problems=[Problem(field="why", text="...")])`; `NotPossible`
   that nobody catches becomes a 409 page with the sentence. Forms work without JavaScript; a button that posts to
   Sage carries a hidden `key`. Cross-site posts are refused in `security.py`, so forms need no token of their own.
5. Templates extend `layout.html` and use the macros of `macros.html`: `page_head`, `money`, `pill`, `severity`,
   `empty`, `problems`, `field`, `table_scroll`, `pager`, `facts`, `timeline`. No inline style or script: the content
   security policy forbids both. Nothing is marked safe but what `charts.py` draws. Scripts are small modules in
   `static/` with listeners on the document, because parts of the page are swapped.
6. Times in UTC come out through the filters `day`, `moment` and `ago` in UK time; money through `money(minor,
   currency)`; counts through `plural`.
"""
