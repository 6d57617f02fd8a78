"""Scopes: what they are called, what they allow, and what every method of the catalogue asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brant.contract import extensions, scopes
from brant.contract.catalog import METHODS
from brant.contract.scopes import FULL, OFFERED, PERMISSIONS, ROLES, Scope, Scopes, describe, parse
from brant.errors import InvalidInput

ALL_METHODS = (*METHODS, *extensions.METHODS)
NAMES = (*PERMISSIONS, *ROLES)
HANDLES = ("titanic", "ada/penguins", "ada/owls/pytorch/small", "ben/penguins")

# Methods that ask for no permission, and why.
OPEN = {
    "Hello": "says who is calling: nothing that the token does not know",
    "IntrospectToken": "who holds a token may know what it is good for (RFC 7662 §2.1)",
    "GenerateAccessToken": "the refresh token in the message is the credential",
    "ExchangeOAuthToken": "the code in the message is the credential",
    "RegisterOAuthClient": "a client registers before anybody has let it in (RFC 7591 §3)",
    "StartOAuthFlow": "a page for a browser, which asks who its user is",
    "Keys": "public keys, for anybody to check signatures with",
    "WellKnowEndpoint": "discovery: the same for everybody",
}
# Methods of which a declared one asks for its permission on everything, and why.
ON_EVERYTHING = {
    "ListDatasets": "a list is of no single dataset",
    "ListCompetitions": "a list is of no single competition",
    "ExpireApiToken": "a token is no resource that a scope can name",
}
# What changes something, whatever its verb and its name.
CHANGES = (
    "Create",
    "Delete",
    "Update",
    "Add",
    "Set",
    "Launch",
    "Save",
    "Cancel",
    "Publish",
    "Start",
    "Upload",
)
CHANGES += ("Review", "Complete", "BatchSchedule", "Track", "Expire", "Claim")

some_scopes = st.builds(
    Scopes, st.sets(st.builds(Scope, st.sampled_from(NAMES), st.sampled_from(("*", *HANDLES))), min_size=1)
)
a_permission = st.sampled_from(tuple(PERMISSIONS))
a_resource = st.sampled_from((None, *HANDLES, "ada", "ada/penguins2", "ada/owls"))


def test_every_scope_that_the_brief_lists_is_known():
    listed = (
        "datasets.get:* datasets.update:* models.get:* models.create:* models.update:* kernels.get:* "
        "kernels.update:* competitions.get:* competitions.submit:* datasets.viewer:* datasets.editor:* "
        "models.viewer:* kernels.editor:* resources.viewer:* resources.admin:*"
    )
    assert str(parse(listed)) == " ".join(sorted(listed.split()))


@pytest.mark.parametrize(
    ("role", "permissions"),
    [
        ("datasets.viewer", {"datasets.get"}),
        ("datasets.editor", {"datasets.get", "datasets.update"}),
        ("models.viewer", {"models.get"}),
        ("models.editor", {"models.get", "models.create", "models.update"}),
        ("kernels.editor", {"kernels.get", "kernels.update"}),
        ("competitions.editor", {"competitions.get", "competitions.submit", "competitions.update"}),
        ("resources.viewer", {name for name in PERMISSIONS if name.endswith(".get")}),
        ("resources.editor", {name for name in PERMISSIONS if name != "account.update"}),
        ("resources.admin", set(PERMISSIONS)),
    ],
)
def test_a_role_implies_its_permissions_and_no_others(role, permissions):
    held = parse(f"{role}:*")
    assert {name for name in PERMISSIONS if held.allow(name)} == permissions
    assert {name for name in PERMISSIONS if parse(f"{role}:ada/penguins").allow(name)} == set()


@pytest.mark.parametrize("role", ROLES)
def test_no_viewer_changes_anything_and_every_role_is_held_by_its_permissions(role):
    if role.endswith(".viewer"):
        assert all(name.endswith(".get") for name in ROLES[role])
    assert Scopes(Scope(name, "*") for name in ROLES[role]).allow(role)
    one_less = Scopes(Scope(name, "*") for name in ROLES[role][1:])
    assert not one_less.allow(role)


@pytest.mark.parametrize(
    ("held", "resource", "covered"),
    [
        ("ada/penguins", "ada/penguins", True),
        ("ada/penguins", "ada/penguins2", False),
        ("ada/penguins", "ada/penguin", False),
        ("ada/penguins", "ben/penguins", False),
        ("ada/penguins", "ada", False),
        ("ada/penguins", None, False),
        ("ada/owls", "ada/owls/pytorch/small", True),
        ("ada/owls/pytorch", "ada/owls", False),
        ("titanic", "titanic", True),
        # A competition and a user may bear one name.
        ("titanic", "titanic/penguins", False),
        ("*", None, True),
        ("*", "ada/penguins", True),
    ],
)
def test_a_scope_holds_on_its_handle_and_the_parts_of_that(held, resource, covered):
    assert parse(f"datasets.get:{held}").allow("datasets.get", resource) is covered


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        ",",
        "datasets",
        "datasets.delete:*",
        "datasets.get:",
        "datasets.get:**",
        "datasets.get:ada/*",
        "datasets.get:/ada",
        "datasets.get:ada/",
        "datasets.get:ada//penguins",
        "datasets.get:../penguins",
        "datasets.get:ada/..",
        "datasets.get:ada/penguins:x",
        "datasets.get:\u212aelvin/penguins",
        "datasets.get:ada/peng\u0131ns",
        'datasets.get:ada/"penguins',
        "datasets.get:ada\\penguins",
        "DATASETS.GET:*",
        "datasets.get:" + "penguins" * 38,
        " ".join(f"datasets.get:ada/set-{number}" for number in range(51)),
        "datasets.get:*" + " " * 4000,
        "datasets.get:* nonsense",
    ],
)
def test_what_is_no_list_of_scopes_is_refused(text):
    with pytest.raises(InvalidInput, match=r"^scope: "):
        parse(text)


def test_words_are_separated_by_blanks_or_commas_and_mean_all_without_a_colon():
    assert parse("datasets.get:*, models.get:*\nkernels.get") == parse(
        "kernels.get:* models.get:* datasets.get:*"
    )
    assert str(parse("datasets.get:Ada/PENGUINS datasets.get:ada/penguins")) == "datasets.get:ada/penguins"


@given(some_scopes)
def test_scopes_are_read_as_they_are_written(held):
    assert parse(str(held)) == held
    assert held.within(held)
    assert held.within(FULL)
    assert FULL.within(held) == held.allow("resources.admin")


@given(some_scopes, some_scopes, a_permission, a_resource)
def test_scopes_within_others_allow_nothing_that_those_do_not(held, others, permission, resource):
    if held.within(others) and held.allow(permission, resource):
        assert others.allow(permission, resource)


@given(some_scopes, some_scopes, some_scopes)
def test_within_is_transitive(first, second, third):
    if first.within(second) and second.within(third):
        assert first.within(third)


@given(some_scopes, some_scopes, a_permission, a_resource)
def test_more_scopes_allow_no_less_and_no_more_than_each(held, others, permission, resource):
    both = scopes.join(held | others)
    assert both.allow(permission, resource) == (
        held.allow(permission, resource) or others.allow(permission, resource)
    )
    assert both.allow_somewhere(permission) == (
        held.allow_somewhere(permission) or others.allow_somewhere(permission)
    )


@given(some_scopes, a_permission, a_resource)
def test_what_is_allowed_on_something_is_allowed_somewhere_and_what_on_all_on_each(
    held, permission, resource
):
    if held.allow(permission, resource):
        assert held.allow_somewhere(permission)
    if held.allow(permission):
        assert held.allow(permission, resource)
    assert ("*" in held.resources(permission)) == held.allow(permission)
    assert all(held.allow(permission, handle) for handle in held.resources(permission))


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_text_is_a_scope_but_a_known_name_on_a_plain_handle(name, resource):
    try:
        read = parse(f"{name}:{resource}")
    except InvalidInput:
        return
    assert all(scope.name in NAMES for scope in read)
    assert all(scope.resource == "*" or scope.resource.isascii() for scope in read)


@given(st.text(max_size=60))
def test_a_handle_is_plain_and_stays_as_it_is(text):
    found = scopes.handle(text)
    if found is not None:
        assert found == text.lower() == scopes.handle(found)
        assert text.isascii()
        assert not {".", "..", ""} & set(found.split("/"))


@pytest.mark.parametrize("word", OFFERED)
def test_every_scope_that_is_offered_is_one_and_says_in_words_what_it_allows(word):
    (scope,) = parse(word)
    assert str(scope) == word
    assert word.partition(":")[0].partition(".")[0] != describe(scope)
    assert not {".", ":", "*"} & set(describe(scope)), "words for people"
    bound = describe(Scope(scope.name, "ada/penguins"))
    assert bound == f"{describe(scope)} (only ada/penguins)"


def test_no_two_permissions_and_no_two_roles_read_the_same():
    for names in (tuple(PERMISSIONS), tuple(ROLES)):
        words = [describe(Scope(name, "*")) for name in names if names is not ROLES or len(ROLES[name]) > 1]
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("method", ALL_METHODS, ids=repr)
def test_every_method_asks_for_a_permission_or_is_open_for_a_reason(method):
    assert (not method.scopes) == (method.name in OPEN), "list it with its reason, or declare its scope"
    assert all(name in NAMES for name in method.scopes)


@pytest.mark.parametrize("method", [m for m in ALL_METHODS if m.scopes], ids=repr)
def test_what_changes_something_asks_for_more_than_to_look_and_for_somebody(method):
    changes = method.name.startswith(CHANGES)
    for name in method.scopes:
        assert changes <= all(not part.endswith(".get") for part in scopes.permissions_of(name))
    if changes:
        assert not method.anonymous


@pytest.mark.parametrize("method", ALL_METHODS, ids=repr)
def test_only_a_look_is_for_anybody(method):
    looks = all(part.endswith(".get") for name in method.scopes for part in scopes.permissions_of(name))
    assert looks or not method.anonymous


@pytest.mark.parametrize("method", [m for m in ALL_METHODS if m.declared and m.scopes], ids=repr)
def test_a_declared_method_says_what_its_permission_must_hold_on(method):
    assert (method.resource is None) == (method.name in ON_EVERYTHING)
    named = {*(method.resource or ()), *([method.scope_if] if method.scope_if else [])}
    assert named <= set(method.request.__struct_fields__)


def test_only_the_end_of_a_token_asks_for_its_permission_in_one_case_alone():
    assert [method.name for method in ALL_METHODS if method.scope_if] == ["ExpireApiToken"]
