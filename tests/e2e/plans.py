"""Plans for stories: small ones whose tasks belong to roles."""

TEAM_PLAN = """---
workflow: release.yml
gate:
  thresholds: {P0: 100, P1: 60}
  blockers: [P0]
  signoffs: [Technical Writer, Security Lead]
roles:
  Technical Writer: [writer]
  Security Lead: ["@white-room/security"]
  QA Team Lead: [qa-lead]
evidence:
  "Linter is quiet": check=lint
---
# Release plan

## Phase 1: Prepare

### 1.1 Write
**Responsible**: Technical Writer

- [ ] The guide is read
- [ ] The notes are written

### 1.2 Check the code

- [ ] Linter is quiet

### 1.3 Look for holes (P0)
**Responsible**: Security Lead

- [ ] No secret is in the repository

### Phase 1 Exit Criteria

- [ ] P1 completion ≥60%

## Phase 2: Build

### 2.1 Build documentation
**Responsible**: QA Team Lead

```bash
./scripts/build-docs.sh
```

- [ ] Documentation built

## Phase 3: Ship

### 3.1 Tag

```bash
git tag -a v1.0.0 -m "1.0.0"
```

- [ ] Tag pushed
"""
