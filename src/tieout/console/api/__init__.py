"""The JSON API under /api/v1, for programs with a token; docs/api.md says how it is used.

How an endpoint is added, by the example of `routes_accounts.py`:

1. A module `routes_<area>.py` with `router = token_router("area")`; `routers.py` names it. Every route takes a `Call`
   from `need(Permission...)`: without it the token is not asked for, and tests/console/test_routes.py fails.
2. Shapes of answers are models of `shapes*.py`: money as `{"minor": 1204, "currency": "GBP"}`, times in UTC. What comes
   in is limited by the types of `values.py`, so that nothing reaches the database that it cannot keep.
3. `answers(...)` in `problems.py` documents which refusals a route can give; all of them are RFC 9457 problems.
   `NotPossible` of the processes becomes a 409 with its sentence.
4. Lists take `Paging` and answer `call.page(...)`: cursors are sealed for the token that got them.
5. Queries and acts are those that the pages use. After a change run `python tools/make_docs.py`: docs/openapi.json is
   held equal to the code by a test, and tests/console/test_api_fuzz.py tries every endpoint with whatever fits.
"""
