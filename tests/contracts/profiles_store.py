"""What every store keeps of profiles and of remarks about others; part of `AccountStoreContract`."""

from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.profiles import Remark, SharedProfile, Status, ToldProfile
from tests.contracts.account_rows import BEA, CARL


class ProfilesStoreContract:
    def test_a_shared_profile_is_read_as_it_was_written(self, store: AccountStore) -> None:
        assert store.shared_profile(BEA) == SharedProfile()
        first = SharedProfile(b"h" * 32, b"s" * 16, 5, Status("In the garden", 10.0, 20.0))
        for profile in (
            first,
            SharedProfile(b"i" * 32, b"t" * 16, 6, Status("Away", 30.0, None)),
            SharedProfile(status_number=7),
        ):
            with store.transaction():
                store.put_shared_profile(BEA, profile)
            assert (store.shared_profile(BEA), store.shared_profile(CARL)) == (profile, SharedProfile())

    def test_a_picture_is_there_until_its_hash_goes(self, store: AccountStore) -> None:
        assert store.picture(BEA) == b""
        with store.transaction():
            store.put_shared_profile(BEA, SharedProfile(b"h" * 32, b"s" * 16))
            for picture in (b"one", b"two"):
                store.put_picture(BEA, picture)
                store.put_picture(CARL, b"another")
        assert store.picture(BEA) == b"two"
        with store.transaction():
            store.put_shared_profile(BEA, SharedProfile(status_number=1))
        assert (store.picture(BEA), store.picture(CARL)) == (b"", b"another")

    def test_who_was_told_what_is_known_until_it_is_forgotten(self, store: AccountStore) -> None:
        assert store.told_profile(BEA) == ToldProfile()
        for told in (ToldProfile(3, 5), ToldProfile(4, 2**62)):
            with store.transaction():
                store.put_told_profile(BEA, told)
            assert (store.told_profile(BEA), store.told_profile(CARL)) == (told, ToldProfile())
        with store.transaction():
            store.forget_told_profiles()
        assert store.told_profile(BEA) == ToldProfile()

    def test_a_remark_is_read_as_it_was_written(self, store: AccountStore) -> None:
        assert store.remark(BEA) == Remark()
        for remark in (Remark("Bee", "likes rain", 3.0), Remark(note="only this"), Remark()):
            with store.transaction():
                store.put_remark(BEA, remark)
            assert (store.remark(BEA), store.remark(CARL)) == (remark, Remark())

    def test_what_is_undone_is_as_it_was(self, store: AccountStore) -> None:
        with store.transaction():
            store.put_remark(BEA, Remark("Bee"))
        try:
            with store.transaction():
                store.put_remark(BEA, Remark("Wasp"))
                store.put_shared_profile(BEA, SharedProfile(status_number=9))
                assert store.remark(BEA).nickname == "Wasp"
                raise RuntimeError("undone")
        except RuntimeError:
            pass
        assert store.remark(BEA) == Remark("Bee")
        assert store.shared_profile(BEA) == SharedProfile()
