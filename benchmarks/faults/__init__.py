"""Every fault of the menu against every adapter it applies to: does a run ever say success over wrong rows?"""
