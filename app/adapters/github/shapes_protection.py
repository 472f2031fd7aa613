"""What we read of GitHub's answers about rulesets, environments, the App and its webhook."""

from typing import Final

from pydantic import AwareDatetime, BaseModel, TypeAdapter


class _Account(BaseModel):
    login: str
    type: str = "User"


class _WantedCheck(BaseModel):
    context: str
    integration_id: int | None = None


class _Parameters(BaseModel):
    required_status_checks: list[_WantedCheck] = []
    do_not_enforce_on_create: bool = False


class _Rule(BaseModel):
    type: str
    parameters: _Parameters | None = None


class _RefName(BaseModel):
    include: list[str] = []
    exclude: list[str] = []


class _Conditions(BaseModel):
    ref_name: _RefName | None = None


class _Bypass(BaseModel):
    actor_type: str
    actor_id: int | None = None
    bypass_mode: str = "always"


class _ListedRuleset(BaseModel):
    id: int
    target: str = "branch"


class RulesetShape(_ListedRuleset):
    """A whole ruleset; who may pass it by is left out for those who may not change it."""

    name: str
    enforcement: str
    source: str
    source_type: str | None = None
    conditions: _Conditions | None = None
    rules: list[_Rule] = []
    bypass_actors: list[_Bypass] | None = None
    current_user_can_bypass: str | None = None


class _GuardingApp(BaseModel):
    id: int


class _Guard(BaseModel):
    enabled: bool
    app: _GuardingApp


class _Guards(BaseModel):
    custom_deployment_protection_rules: list[_Guard] = []


class _Registered(BaseModel):
    id: int
    slug: str
    owner: _Account
    permissions: dict[str, str]
    events: list[str]


class Installed(BaseModel):
    """The App on one account."""

    id: int
    account: _Account
    permissions: dict[str, str]
    events: list[str]
    suspended_at: AwareDatetime | None = None


class _Repository(BaseModel):
    id: int
    name: str
    owner: _Account
    private: bool
    default_branch: str


class _Hook(BaseModel):
    url: str = ""
    content_type: str = ""
    secret: str | None = None
    insecure_ssl: str | float = "0"


class DeliveryShape(BaseModel):
    """One try to deliver a webhook."""

    id: int
    guid: str
    delivered_at: AwareDatetime
    duration: float
    status_code: int
    event: str
    repository_id: int | None = None
    throttled_at: AwareDatetime | None = None


RULESETS: Final = TypeAdapter(list[_ListedRuleset])
RULESET: Final = TypeAdapter(RulesetShape)
GUARDS: Final = TypeAdapter(_Guards)
ACCOUNTS: Final = TypeAdapter(list[_Account])
REGISTERED: Final = TypeAdapter(_Registered)
INSTALLED: Final = TypeAdapter(Installed)
ALL_INSTALLED: Final = TypeAdapter(list[Installed])
REPOSITORY: Final = TypeAdapter(_Repository)
HOOK: Final = TypeAdapter(_Hook)
DELIVERIES: Final = TypeAdapter(list[DeliveryShape])
