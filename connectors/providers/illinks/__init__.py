"""Illinks, the first partner."""
