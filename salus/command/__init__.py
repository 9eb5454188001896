"""What every command line of Salus needs: how values are typed, and how a mistyped one is reported."""
