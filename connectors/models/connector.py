"""A connector and its settings: the clients chosen, the attribute that links them, the credentials, the deposit paths."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from connectors.models.attributes import Attribute
from connectors.models.firm import Client


class Connector(models.Model):
    """An account of the firm with one partner. `settings_version` grows with each change; `next_slot_at` paces requests over all workers.

    `checks_first_documents`: the first documents of a newly linked client wait for somebody's yes. `dry_run`: everything but the request.
    `failures`, `paused_until` and `paused_because` are its breaker: how often in a row the partner was unavailable, until when nothing is
    sent, and the French reason; a person can see and reset it.
    """

    provider = models.CharField(max_length=50)
    name = models.CharField(max_length=100)
    active = models.BooleanField(default=False)
    activated_at = models.DateTimeField(null=True, blank=True)
    checks_first_documents = models.BooleanField(default=True)
    dry_run = models.BooleanField(default=False)
    settings_version = models.PositiveIntegerField(default=1)
    credentials_checked_at = models.DateTimeField(null=True, blank=True)
    credentials_refused = models.CharField(max_length=500, blank=True, default="")
    paused_until = models.DateTimeField(null=True, blank=True)
    paused_because = models.CharField(max_length=500, blank=True, default="")
    failures = models.PositiveIntegerField(default=0)
    next_slot_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    clients = models.ManyToManyField(Client, through="ClientSelection", related_name="connectors")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ClientSelection(models.Model):
    """A client that was chosen for a connector.

    `to_link`: it came by a living selection, and nobody has linked it yet. `confirmed_code` is the partner's folder that somebody has
    confirmed: when the link changes, it has to be confirmed anew.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="selections")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="selections")
    selected_at = models.DateTimeField()
    to_link = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True, blank=True)
    confirmed_code = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connector", "client"], name="client_selected_once")]

    def __str__(self) -> str:
        return f"{self.connector_id}: {self.client_id}"


class AttributeMapping(models.Model):
    """The attribute whose value names a client's folder at the partner."""

    connector = models.OneToOneField(Connector, on_delete=models.CASCADE, related_name="mapping")
    attribute = models.ForeignKey(Attribute, on_delete=models.PROTECT, related_name="mappings")

    def __str__(self) -> str:
        return f"{self.connector_id}: {self.attribute_id}"


class Credential(models.Model):
    """One credential field. A secret stands only in `sealed`, bound to connector, field and the Uri's origin; anything else in `value`.

    `client` is set where a field is overridden for a client. `former` is the secret before the last rotation, sealed for the same place.
    """

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="credentials")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    field = models.CharField(max_length=50)
    value = models.CharField(max_length=500, blank=True, default="")
    sealed = models.BinaryField(null=True, blank=True)
    former = models.BinaryField(null=True, blank=True)
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connector", "field"], condition=models.Q(client=None), name="one_credential_for_the_firm"),
            models.UniqueConstraint(fields=["connector", "field", "client"], name="one_credential_for_a_client"),
        ]

    def __str__(self) -> str:
        return self.field


class AccessToken(models.Model):
    """The partner's access token, sealed, shared by all workers; `refreshing_until` lets only one of them fetch a new one."""

    connector = models.OneToOneField(Connector, on_delete=models.CASCADE, related_name="token")
    sealed = models.BinaryField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    refreshing_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.connector_id}"


class DepositPath(models.Model):
    """Where documents are dropped in a client's folder, where they are archived, and how the partner files them."""

    connector = models.ForeignKey(Connector, on_delete=models.CASCADE, related_name="deposit_paths")
    deposit = models.CharField(max_length=400)
    archive = models.CharField(max_length=400)
    domaine = models.CharField(max_length=100)
    type = models.CharField(max_length=100)
    sous_type = models.CharField(max_length=100, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["connector", "deposit"], name="deposit_path_once")]

    def __str__(self) -> str:
        return self.deposit


class DepositFolder(models.Model):
    """One deposit path of one client, watched while the connector is active.

    `baselined_at` is the moment at which what was there was noted as PRIOR; None means that it has to be noted (again).
    `problem` is French and says why the folder cannot be read; `skipped` lists [name, reason] of what is no document. `place` says which
    folder it was on the disk: an empty folder that stands in another one's place is a share that is not mounted, not a mass withdrawal.
    """

    deposit_path = models.ForeignKey(DepositPath, on_delete=models.CASCADE, related_name="folders")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="deposit_folders")
    baselined_at = models.DateTimeField(null=True, blank=True)
    scanned_at = models.DateTimeField(null=True, blank=True)
    place = models.CharField(max_length=60, blank=True, default="")
    problem = models.CharField(max_length=300, blank=True, default="")
    skipped = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deposit_path", "client"], name="one_folder_for_a_client")]

    def __str__(self) -> str:
        return f"{self.client_id}: {self.deposit_path_id}"

    @property
    def folder(self) -> str:
        """The folder below the root of all clients."""
        return f"{self.client.folder}/{self.deposit_path.deposit}"

    def beside(self) -> list[str]:
        """Folders that were there before: this client's, or some of the others'. While none of them is, none is made: nothing is mounted."""
        known = DepositFolder.objects.exclude(place="").exclude(pk=self.pk).select_related("client", "deposit_path").order_by("pk")
        own = [other.folder for other in known.filter(client_id=self.client_id)]
        return own or [other.folder for other in known[:20]]
