"""The fields at the root of an operation: what it asks for first, or does."""

from collections.abc import Callable, Iterator

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


def selected_at_root(
    operation: OperationDefinitionNode, fragment: Callable[[str], FragmentDefinitionNode | None]
) -> Iterator[FieldNode]:
    """The fields that an operation selects at its root, those of fragments too, each as often as it is selected.

    `@skip` and `@include` are not looked at: what might run counts.

    Args:
        fragment: Finds the document's fragment of a name, None where there is none.
    """
    pending: list[SelectionSetNode] = [operation.selection_set]
    seen: set[str] = set()
    while pending:
        for selection in pending.pop().selections:
            match selection:
                case FieldNode():
                    yield selection
                case InlineFragmentNode(selection_set=selections):
                    pending.append(selections)
                case FragmentSpreadNode(name=name) if name.value not in seen:
                    seen.add(name.value)
                    found = fragment(name.value)
                    if found is not None:
                        pending.append(found.selection_set)
