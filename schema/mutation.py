"""What can be done: the mutations of every noun, each declared beside the types it takes and answers with."""

import strawberry

from schema.access_token import AccessTokenMutations
from schema.credentials import CredentialMutations
from schema.customer import CustomerMutations
from schema.login import LoginMutations
from schema.reference_saves import ReferenceMutations
from schema.second_factor import SecondFactorMutations
from schema.session import SessionMutations
from schema.settings import SettingsMutations
from schema.staff import StaffMutations


@strawberry.type(
    description="""What can be done. Each answers with its success or with a problem: ask for both. Begin by logging in:

```graphql
mutation {
  staffLogin(input: {email: "admin@example.com", password: "…"}) {
    ... on StaffLoginSuccess { accessToken }
    ... on Problem { code message }
  }
}
```

Put the `accessToken` in the Headers pane below, `{"Authorization": "Bearer …"}`, and go on as who you are then. \
Portal users log in with `login` and do the same."""
)
class Mutation(
    LoginMutations,
    SecondFactorMutations,
    SessionMutations,
    CustomerMutations,
    ReferenceMutations,
    CredentialMutations,
    SettingsMutations,
    StaffMutations,
    AccessTokenMutations,
):
    pass
