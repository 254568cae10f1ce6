"""Data models, their attributes, and each client's values: what can link a client here to a folder there."""

from __future__ import annotations

from django.db import models

from connectors.models.firm import Client


class DataModel(models.Model):
    """A sheet that the firm keeps about each client, such as « Fiche client »."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Attribute(models.Model):
    """One line of such a sheet, such as « Code client »."""

    data_model = models.ForeignKey(DataModel, on_delete=models.CASCADE, related_name="attributes")
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["data_model__name", "name"]
        constraints = [models.UniqueConstraint(fields=["data_model", "name"], name="attribute_once_in_a_model")]

    def __str__(self) -> str:
        return f"{self.data_model.name} / {self.name}"


class AttributeValue(models.Model):
    """What stands on that line for one client. No row, or an empty value, means that nothing is known."""

    attribute = models.ForeignKey(Attribute, on_delete=models.CASCADE, related_name="values")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="attribute_values")
    value = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["attribute", "client"], name="one_value_for_a_client")]

    def __str__(self) -> str:
        return self.value
