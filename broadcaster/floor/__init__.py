"""The stage where the speaker's sound enters and gets its place on the event clock."""
