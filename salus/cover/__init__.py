"""From an application for cover to a member with a card: offer, enrolment, policy, schedule of benefits."""
