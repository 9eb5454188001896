"""Salus: health-insurance claims from a hospital's signed record of care, decided and paid on Ethereum.

This is the library that an insurer or a hospital embeds. It knows no Brownie.
"""
