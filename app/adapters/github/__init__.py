"""GitHub's REST API as the ports want it.

    transport = open_transport()                                   # exchange; httpx.ASGITransport(app) in tests
    line = Line(transport=transport, clock=clock, api_url=...)     # client
    github = RestGitHub(line, AppJwt(app_id, private_key, clock))  # operations, tokens: the port app.ports.GitHub
    await transport.aclose()

A call goes through `operations` (its parts: people, issues, code, runs, checks), `office` (whose token, how fast),
`client` (retries, cache, rate limits), `exchange` (one HTTP exchange), and comes back through `answers` and `shapes`.
"""
