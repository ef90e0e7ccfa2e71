import pytest

from casemate.internal_service.adapters.link_previews.page_texts import PageTexts, page_texts


def test_what_a_page_says_of_itself_for_others_goes_before_its_title() -> None:
    page = """<!doctype html><html><head><meta charset=utf-8><title>Plain &amp; simple</title>
        <meta property="og:title" content="Soup &amp; bread"><meta property='og:site_name' content=Kitchen>
        <META NAME=Description CONTENT="For two"><meta property="og:title" content="again"></head>
        <body><meta property="og:description" content="not of the head"></body>"""
    assert page_texts(page) == PageTexts("Soup & bread", "Kitchen", "For two")


def test_the_title_alone_is_enough() -> None:
    assert page_texts("<title>One</title><title>Two</title><p>text") == PageTexts("One", "", "")


@pytest.mark.parametrize(
    "page", ["", "words", "<", "<!", "<title>", "<title>cut o", "<meta property=og:title>", "<![x"]
)
def test_a_page_that_says_nothing_or_is_broken_says_nothing(page: str) -> None:
    assert page_texts(page).description == ""


def test_what_a_script_holds_is_no_tag() -> None:
    assert page_texts("<script>'<title>No</title>'</script><title>Yes</title>").title == "Yes"


@pytest.mark.parametrize("piece", ["<", "<a ", "<!--", "</", "&", "<a b='", "<title>", "<![", "<?"])
def test_a_page_that_is_made_to_be_slow_ends(piece: str) -> None:
    """Closing the parser after 64 KiB of `<a ` takes it over a minute."""
    page_texts(piece * 2**20)
