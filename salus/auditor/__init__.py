"""Checks every book of a suite against its chain, and exports all of it.

history    every event of the suite up to one block
books      what the books must be by the events alone
views      what the contracts say at that block
verify     the differences between both, and with the deployment
export     every decision and every cent as CSV
"""
