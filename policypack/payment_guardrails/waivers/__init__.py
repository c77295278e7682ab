"""Waivers: findings that somebody accepts, for a reason and until a day.

A waiver never hides a finding. It changes the finding's status to `waived`, for as long as
its date allows, and is shown beside it everywhere.
"""
