<?xml version="1.0" encoding="UTF-8"?>
<!-- An example of a municipal format that is a document: the frame from <rows/>, one <Address> from each <row/>. -->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" xmlns:t="urn:tilts:rows:1"
                xmlns="urn:example:client-register:address" exclude-result-prefixes="t">
  <xsl:template match="t:rows">
    <Addresses environment="{@environment}" run="{@run}" part="{@part}" asOf="{@as-of}"/>
  </xsl:template>
  <xsl:template match="t:row">
    <Address action="{@action}">
      <Client><xsl:value-of select="t:client_number"/></Client>
      <Kind><xsl:value-of select="t:kind"/></Kind>
      <xsl:apply-templates select="t:personas_kods | t:address_code | t:address | t:post_code | t:municipality_code | t:since"/>
    </Address>
  </xsl:template>
  <!-- A held-back cell says so and carries nothing; an empty one is an element without content. -->
  <xsl:template match="t:row/*">
    <Item name="{local-name()}">
      <xsl:copy-of select="@held-back"/>
      <xsl:value-of select="."/>
    </Item>
  </xsl:template>
</xsl:stylesheet>
