"""What has an id."""

import strawberry


@strawberry.interface(
    description=(
        "Anything that has an id of its own. Whatever it is, `node(id:)` finds it again: ask for `__typename` and for "
        "the type's fields in a fragment, `... on Customer { number }`."
    )
)
class Node:
    id: strawberry.ID = strawberry.field(
        description=(
            "Unique among everything, and the same for as long as the thing exists. It is opaque: keep it and send it "
            "back, don't take it apart. For example `Q3VzdG9tZXI6MTI=`."
        )
    )
