"""The White Room's plan, lean but whole, and what is built there."""

import hashlib

PLAN = """---
name: White Room
workflow: release.yml
gate:
  before: "3"
  thresholds: {P0: 100}
  blockers: [P0]
  signoffs: [Security Lead]
roles:
  Security Lead: ["@white-room/security"]
  QA Lead: [qa-lead]
evidence:
  "Linter is quiet": check=lint
  "The Intel build is notarized": job=notarize (intel)
---
# White Room {version}

## Phase 1: Build

### 1.1 Build

```bash
./scripts/build.sh
```

- [ ] It is built

### 1.2 Notarize

```bash
./scripts/notarize.sh
```

- [ ] The Intel build is notarized

## Phase 2: Prove

### 2.1 Look at it
**Responsible**: QA Lead

- [ ] The guide is read
- [ ] Linter is quiet

## Phase 3: Launch

### 3.1 Tag

```bash
git tag -s v{version}
```

- [ ] The tag stands

### 3.2 Publish

```bash
gh release create v{version} build/*.dmg
```

- [ ] The release is public
"""

DMG, LIST = "daw-1.0.0.dmg", "daw-1.0.0-checksums.txt"
FILES = {DMG: b"for macOS"}
WHOLE = {**FILES, LIST: f"{hashlib.sha256(FILES[DMG]).hexdigest()}  {DMG}\n".encode()}
